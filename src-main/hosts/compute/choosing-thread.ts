/** Chooses side and width for `auto` by measuring candidates on this computer, TensorFlow loaded once. */
import { parentPort, workerData } from 'node:worker_threads';
import { AUTO_EPOCHS, autoRecipe, relativeWork } from '#simclr/auto-recipe.ts';
import { RandomStream } from '#base/random.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { PlanarPixels } from '#simclr/views/canvas.ts';
import type { StepBatch } from '#training/ports.ts';
import { errorFacts } from './error-facts.ts';
import { viewsOfPictures } from './fill-canvas.ts';
import type { ChooseRequest, FromCompute } from './messages.ts';
import { wireDevice } from './wiring.ts';

/** Images of a measured batch: the speed of a view is nearly that of full batches, the memory is not. */
const MEASURED_BATCH = 32;
const MEASURED_STEPS = 3;
/** Pixels kept beside the side trained at, as in a run's cache. */
const CACHE_FACTOR = 1.25;

/** Random pictures: what they show does not change how long a step takes. */
function noise(side: number): PlanarPixels {
  const random = new RandomStream(0, 'measured pictures');
  return { width: side, height: side, data: Uint8Array.from({ length: 3 * side * side }, () => random.below(256)) };
}

/** @returns views a second of the second and later steps. */
async function measure(full: Recipe, { threads, config }: ChooseRequest): Promise<number> {
  const recipe: Recipe = { ...full, batchSize: Math.min(full.batchSize, MEASURED_BATCH) };
  const cacheSide = Math.ceil(CACHE_FACTOR * recipe.side);
  const picture = noise(cacheSide);
  const images = Array.from({ length: recipe.batchSize }, () => picture);
  const { inputs, canvasSide } = viewsOfPictures(recipe, 0, 0, cacheSide, images);
  const batch: StepBatch = { step: 0, learningRate: 0, inputs: new Map(inputs), release: () => {} };
  const { precision, compiled } = config;
  const { runner } = await wireDevice(recipe, {
    threads,
    precision,
    compiled,
    canvasSide,
    state: initialState(recipe, 0),
    anyBatch: async () => batch,
    warn: () => {},
  });
  try {
    await runner.step(batch);
    const startMs = performance.now();
    for (let i = 0; i < MEASURED_STEPS; i++) await runner.step(batch);
    return (2 * recipe.batchSize * MEASURED_STEPS * 1000) / (performance.now() - startMs);
  } finally {
    runner.dispose();
  }
}

async function choose(request: ChooseRequest): Promise<FromCompute> {
  const { config, medianShortSide, imageCount, minutes } = request;
  const needed = (AUTO_EPOCHS * 2 * imageCount) / (60 * minutes);
  const tried: { side: number; width: number; viewsPerSecond: number }[] = [];
  const viewsPerSecondOf = async (recipe: Recipe): Promise<number> => {
    const last = tried.at(-1);
    if (last !== undefined) {
      // Of less work: small networks make less of the processor, so this is more than would be measured.
      // Of more work: slower than the last, which did not fit.
      const atMost =
        (last.viewsPerSecond * relativeWork(last)) / relativeWork({ side: recipe.side, width: recipe.encoder.width });
      if (atMost < needed) return atMost;
    }
    const viewsPerSecond = await measure(recipe, request);
    tried.push({ side: recipe.side, width: recipe.encoder.width, viewsPerSecond });
    return viewsPerSecond;
  };
  const recipe = await autoRecipe({ base: config, medianShortSide, imageCount, minutes, viewsPerSecondOf });
  const { side, views, encoder, loss } = recipe;
  return { kind: 'recipeChosen', chosen: { side, views, encoder, loss, needed, tried } };
}

choose(workerData as ChooseRequest).then(
  (message) => parentPort!.postMessage(message),
  (error: unknown) => parentPort!.postMessage({ kind: 'error', error: errorFacts(error) } satisfies FromCompute),
);
