/** What `auto` leaves open, chosen before a run is made: side by the images, width by the time. */
import type { TrainingConfig } from '#contract/training-config.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import type { LibraryStores } from '../ports/library.ts';
import type { ChosenRecipe, RecipeChoice, RunHost } from '../ports/runs.ts';
import { imagesInTurns } from '../images-in-turns.ts';
import { inTurns } from '../in-pieces.ts';
import { freezingImages } from './freeze-images.ts';
import { medianShortSide as medianOf } from './median-short-side.ts';

export interface ChoicePorts {
  readonly stores: LibraryStores;
  readonly host: RunHost;
}

/**
 * @param withChanges lays a person's own settings over the choice.
 * @returns the configuration, and how it came about.
 * @throws KindredError `usage.invalid` when the length is not a time, `dataset.empty`, `job.interrupted`.
 */
export async function chooseRecipe(
  { stores, host }: ChoicePorts,
  request: { readonly datasetId: DatasetId; readonly config: TrainingConfig; readonly threads: number },
  withChanges: (chosen: TrainingConfig) => TrainingConfig,
  signal: AbortSignal,
): Promise<{ readonly config: TrainingConfig; readonly choice: RecipeChoice }> {
  const { config, datasetId, threads } = request;
  if (!('minutes' in config.length)) {
    const text =
      'The preset "auto" chooses by the time there is: give --minutes (15 when you say nothing), or another preset with this length.';
    throw new KindredError('usage.invalid', text, {});
  }
  const all = await imagesInTurns(stores, datasetId);
  const { images } = await inTurns(freezingImages(all, config.seed));
  const medianShortSide = (await inTurns(medianOf(all)))!;
  const { minutes } = config.length;
  const imageCount = images.length;
  const question = { config, medianShortSide, imageCount, minutes, threads };
  const { needed, tried, ...chosen } = await host.chooseRecipe(question, signal);
  const changed = withChanges({ ...config, ...chosen });
  const why = noteOf({ ...chosen, needed, tried }, imageCount, medianShortSide, minutes);
  const isAsChosen = networkOf(changed) === networkOf(chosen);
  const message = isAsChosen ? why : `${why} By your settings it is ${networkOf(changed)}.`;
  const { side, encoder } = chosen;
  const { depth, width } = encoder;
  return {
    config: changed,
    choice: { side, depth, width, minutes, imageCount, medianShortSide, needed, tried, message },
  };
}

function networkOf({ encoder, side }: Pick<TrainingConfig, 'encoder' | 'side'>): string {
  return `ResNet-${encoder.depth} ×${encoder.width} at ${side} px`;
}

function noteOf(
  { needed, tried, ...chosen }: ChosenRecipe,
  images: number,
  medianShortSide: number,
  minutes: number,
): string {
  const speeds = tried.map((one) => `×${one.width} at ${one.side} px ${Math.round(one.viewsPerSecond)}`).join(', ');
  return (
    `Chosen for ${images.toLocaleString('en')} images (half are at least ${medianShortSide} px on the short side) and ` +
    `${minutes} min: ${networkOf(chosen)}. Twenty epochs take ` +
    `${Math.ceil(needed).toLocaleString('en')} views/s; measured: ${speeds} views/s; others follow from their work.`
  );
}
