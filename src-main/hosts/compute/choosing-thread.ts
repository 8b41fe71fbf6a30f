/** Chooses side and width for `auto` by measuring candidates on this computer, TensorFlow loaded once. */
import { parentPort, workerData } from 'node:worker_threads';
import { AUTO_EPOCHS, autoRecipe, relativeWork } from '#simclr/auto-recipe.ts';
import { RandomStream } from '#base/random.ts';
import type { ChosenRecipe } from '#application/ports/runs.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { PlanarPixels } from '#simclr/views/canvas.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import type { StepBatch } from '#training/ports.ts';
import { errorFacts } from './error-facts.ts';
import { viewsOfPictures } from './fill-canvas.ts';
import type { ChooseRequest, FromCompute } from './messages.ts';
import { wireDevice } from './wiring.ts';

/** Images of a measured batch, at most … */
const MEASURED_IMAGES = 32;
/** … and fewer where a step would take long: about so much work, a fifth of a second on two cores. */
const MEASURED_WORK = 9000;
const MEASURED_STEPS = 3;
/** No measurement begins later than this after the first; what is left then is estimated from what was measured. */
const MEASURE_WITHIN_MS = 4000;
/** Pixels kept beside the side trained at, as in a run's cache. */
const CACHE_FACTOR = 1.25;

type Precision = 'float32' | 'bfloat16';
type Measured = ChosenRecipe['tried'][number];

/** Random pictures: what they show does not change how long a step takes. */
function noise(side: number): PlanarPixels {
  const random = new RandomStream(0, 'measured pictures');
  return { width: side, height: side, data: Uint8Array.from({ length: 3 * side * side }, () => random.below(256)) };
}

function workOf({ side, encoder }: Recipe): number {
  return relativeWork({ side, width: encoder.width });
}

/** @returns views a second of the second and, while there is time, later steps. */
async function measure(
  full: Recipe,
  { threads, config }: ChooseRequest,
  precision: Precision,
  endMs: number,
): Promise<number> {
  const images = Math.max(2, Math.ceil(MEASURED_WORK / workOf(full) / 2));
  const batchSize = Math.min(full.batchSize, MEASURED_IMAGES, images);
  const recipe: Recipe = { ...full, batchSize, chunk: { ...full.chunk, images: null } };
  const cacheSide = Math.ceil(CACHE_FACTOR * recipe.side);
  const pictures = Array.from({ length: recipe.batchSize }, () => noise(cacheSide));
  const { inputs, canvasSide } = viewsOfPictures(recipe, 0, 0, cacheSide, pictures);
  const batch: StepBatch = { step: 0, learningRate: 0, inputs: new Map(inputs), release: () => {} };
  const { runner } = await wireDevice(recipe, {
    threads,
    precision,
    compiled: config.compiled,
    canvasSide,
    state: initialState(recipe, 0),
    anyBatch: null,
    warn: () => {},
  });
  try {
    await runner.step(batch);
    const startMs = performance.now();
    let steps = 0;
    do {
      await runner.step(batch);
      steps++;
    } while (steps < MEASURED_STEPS && performance.now() < endMs);
    return (2 * recipe.batchSize * steps * 1000) / (performance.now() - startMs);
  } finally {
    runner.dispose();
  }
}

/** Speeds of recipes, measured while there is time for it. */
class Speeds {
  readonly tried: Measured[] = [];
  readonly #request: ChooseRequest;
  readonly #needed: number;
  #precision: Precision | null;
  #endMs: number | null = null;

  constructor(request: ChooseRequest, needed: number) {
    const { precision, compiled } = request.config;
    this.#request = request;
    this.#needed = needed;
    this.#precision = precision !== 'auto' ? precision : compiled ? null : 'float32';
  }

  readonly of = async (recipe: Recipe): Promise<number> => {
    const last = this.tried.at(-1);
    if (last !== undefined) {
      // Of less work: small networks make less of the processor, so this is more than would be measured.
      // Of more work: slower than the last, which did not fit.
      const atMost = (last.viewsPerSecond * relativeWork(last)) / workOf(recipe);
      if (atMost < this.#needed || performance.now() > this.#endMs!) return atMost;
    }
    this.#endMs ??= performance.now() + MEASURE_WITHIN_MS;
    const viewsPerSecond = await this.#measured(recipe, this.#endMs);
    this.tried.push({ side: recipe.side, width: recipe.encoder.width, viewsPerSecond });
    return viewsPerSecond;
  };

  /** The first recipe also says which precision is the faster. */
  async #measured(recipe: Recipe, endMs: number): Promise<number> {
    if (this.#precision !== null) return measure(recipe, this.#request, this.#precision, endMs);
    const float32 = await measure(recipe, this.#request, 'float32', endMs);
    if (performance.now() > endMs) return float32;
    const bfloat16 = await measure(recipe, this.#request, 'bfloat16', endMs);
    this.#precision = bfloat16 > float32 ? 'bfloat16' : 'float32';
    return Math.max(float32, bfloat16);
  }
}

async function choose(request: ChooseRequest): Promise<FromCompute> {
  const { config, medianShortSide, imageCount, minutes } = request;
  await loadTensorFlow({ threads: request.threads === 0 ? null : request.threads });
  const needed = (AUTO_EPOCHS * 2 * imageCount) / (60 * minutes);
  const speeds = new Speeds(request, needed);
  const question = { base: config, medianShortSide, imageCount, minutes, viewsPerSecondOf: speeds.of };
  const { side, views, encoder, loss } = await autoRecipe(question);
  return { kind: 'recipeChosen', chosen: { side, views, encoder, loss, needed, tried: speeds.tried } };
}

choose(workerData as ChooseRequest).then(
  (message) => parentPort!.postMessage(message),
  (error: unknown) => parentPort!.postMessage({ kind: 'error', error: errorFacts(error) } satisfies FromCompute),
);
