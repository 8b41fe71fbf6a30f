/** Starting a run: freeze its images, fill the pixel cache, write the plan, train. */
import type { TrainingConfig } from '#contract/training-config.ts';
import type { Clock } from '#base/clock.ts';
import { type DatasetId, makeRunId, type RunId } from '#base/ids.ts';
import { imagesInTurns } from './images-in-turns.ts';
import { inTurns } from './in-pieces.ts';
import type { DatasetImage, LibraryStores } from './ports/library.ts';
import type { CacheProgress, PixelCacheBuilder } from './ports/pixel-cache.ts';
import type { RecipeChoice, RunEvent, RunHost, RunOutcome, RunPlan } from './ports/runs.ts';
import { chooseRecipe } from './running/choose-recipe.ts';
import { followRun } from './running/follow-run.ts';
import { queuedRun } from './running/queued-run.ts';
import { findingImagesToCache, freezingImages, type FrozenImages, planned } from './running/freeze-images.ts';

/** Short side kept in the cache beside the side trained at: room for crops to shrink. */
const CACHE_SIDE_FACTOR = 1.25;

/** Short side at which a run's images are kept. */
export function cacheSideOf({ cacheSide, side }: Pick<TrainingConfig, 'cacheSide' | 'side'>): number {
  return cacheSide ?? Math.ceil(CACHE_SIDE_FACTOR * side);
}

export interface RunPorts {
  readonly stores: LibraryStores;
  readonly host: RunHost;
  readonly pixels: PixelCacheBuilder;
  readonly clock: Clock;
  /** Uniform in [0, 1): only for ids. */
  readonly random: () => number;
  readonly versions: Readonly<Record<string, string>>;
}

/** A configuration, and how it came about; null: by no choice of `auto`. */
export interface ChosenConfig {
  readonly config: TrainingConfig;
  readonly choice: RecipeChoice | null;
}

export interface StartRequest {
  /** Given where the run is known already, waiting in a queue; else made here. */
  readonly id?: RunId;
  readonly datasetId: DatasetId;
  readonly config: TrainingConfig;
  /** Set for `auto`: what is left open is chosen by measuring, and a person's own settings are laid over the choice. */
  readonly withChanges: ((chosen: TrainingConfig) => TrainingConfig) | null;
  /** What `auto` chose when this was asked for before: it is not chosen again. */
  readonly chosen?: ChosenConfig;
  /** null: named after the dataset and the encoder. */
  readonly name: string | null;
  /** Threads for TensorFlow; 0: its own choice. */
  readonly threads: number;
}

export interface RunListener {
  readonly onCache: (progress: CacheProgress) => void;
  readonly onNote: (note: string) => void;
  /** `auto` has chosen. */
  readonly onChosen: (id: RunId, choice: RecipeChoice) => void;
  /** What it returns is waited for before training begins: a run may have to wait its turn. */
  readonly onMade: (id: RunId, name: string) => Promise<void> | void;
  readonly onEvent: (event: RunEvent) => void;
}

export interface RunResult {
  readonly id: RunId;
  readonly name: string;
  readonly outcome: RunOutcome;
}

/**
 * @throws KindredError `dataset.empty`, `disk.full`, `job.interrupted` before the run is made; afterwards whatever
 *   happens is the outcome.
 */
export async function startRun(
  ports: RunPorts,
  request: StartRequest,
  listener: RunListener,
  signal: AbortSignal,
): Promise<RunResult> {
  const { stores, clock } = ports;
  const { datasetId } = request;
  const id = request.id ?? makeRunId(clock.wallMs(), ports.random());
  const { config, choice } = await resolvedConfig(ports, request, signal);
  if (choice !== null) listener.onChosen(id, choice);
  const cacheSide = cacheSideOf(config);
  const { frozen, cacheFolder, cached } = await prepareImages(
    ports,
    { datasetId, config },
    cacheSide,
    listener,
    signal,
  );
  for (const note of frozen.notes) listener.onNote(note);
  const name = request.name ?? defaultName(stores.datasets.find(datasetId)?.name ?? 'run', config);
  const plan: RunPlan = {
    formatVersion: 1,
    runId: id,
    name,
    datasetId,
    config,
    images: frozen.images.map(planned),
    judged: frozen.judged,
    cacheFolder,
    cacheSide,
    threads: request.threads,
    choice,
    versions: ports.versions,
  };
  await ports.host.prepare(plan);
  stores.runs.insert(queuedRun(plan, clock.wallMs()));
  await listener.onMade(id, name);
  try {
    // While the run waited for its turn, its cache may have had to make room for another's.
    await ports.pixels.prepare(cacheSide, cached, listener.onCache, signal);
  } catch (error) {
    stores.runs.update(id, { status: 'paused' });
    throw error;
  }
  const outcome = await followRun({ runs: stores.runs, host: ports.host, clock }, id, listener.onEvent, signal);
  return { id, name, outcome };
}

async function resolvedConfig(ports: RunPorts, request: StartRequest, signal: AbortSignal): Promise<ChosenConfig> {
  if (request.chosen !== undefined) return request.chosen;
  if (request.withChanges === null) return { config: request.config, choice: null };
  return chooseRecipe(ports, request, request.withChanges, signal);
}

/** Freezes the list, fills the cache, and freezes again without what turned out unreadable. */
async function prepareImages(
  { stores, pixels }: RunPorts,
  { datasetId, config }: Pick<StartRequest, 'datasetId' | 'config'>,
  cacheSide: number,
  listener: RunListener,
  signal: AbortSignal,
): Promise<{ frozen: FrozenImages; cacheFolder: string; cached: readonly DatasetImage[] }> {
  const all = await imagesInTurns(stores, datasetId);
  const first = await inTurns(freezingImages(all, config.seed));
  const toCache = await inTurns(findingImagesToCache(all, first));
  const { folder, problems } = await pixels.prepare(cacheSide, toCache, listener.onCache, signal);
  if (problems.length === 0) return { frozen: first, cacheFolder: folder, cached: toCache };
  const lost = new Set(problems.map(({ contentHash }) => contentHash));
  const isThere = ({ contentHash }: DatasetImage): boolean => !lost.has(contentHash);
  const frozen = await inTurns(freezingImages(all.filter(isThere), config.seed));
  const note = `${lost.size} images could not be read any more and are left out; the first: ${problems[0]!.message}`;
  return {
    frozen: { ...frozen, notes: [note, ...frozen.notes] },
    cacheFolder: folder,
    cached: toCache.filter(isThere),
  };
}

function defaultName(dataset: string, { encoder, side }: TrainingConfig): string {
  return `${dataset} R${encoder.depth}×${encoder.width} ${side}px`;
}
