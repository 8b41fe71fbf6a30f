/** Chooses side and width for `auto` by measuring candidates on this computer, TensorFlow loaded once. */
import { parentPort, workerData } from 'node:worker_threads';
import { AUTO_EPOCHS, autoRecipe, relativeWork } from '#simclr/auto-recipe.ts';
import type { ChosenRecipe } from '#application/ports/runs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { errorFacts } from './error-facts.ts';
import { measuredRate } from './measured-rate.ts';
import type { ChooseRequest, FromCompute } from './messages.ts';

/** No measurement begins later than this after the first; what is left then is estimated from what was measured. */
const MEASURE_WITHIN_MS = 4000;
type Precision = 'float32' | 'bfloat16';
type Measured = ChosenRecipe['tried'][number];

function workOf({ side, encoder }: Recipe): number {
  return relativeWork({ side, width: encoder.width });
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
    const rateIn = async (precision: Precision): Promise<number> => {
      const { threads, config } = this.#request;
      return (await measuredRate(recipe, { threads, precision, compiled: config.compiled }, endMs)).viewsPerSecond;
    };
    if (this.#precision !== null) return rateIn(this.#precision);
    const float32 = await rateIn('float32');
    if (performance.now() > endMs) return float32;
    const bfloat16 = await rateIn('bfloat16');
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
