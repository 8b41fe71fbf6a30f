/** Batches of a recipe's kind, made up, to measure with where images are not needed. */
import { RandomStream } from '#base/random.ts';
import { relativeWork } from '#simclr/auto-recipe.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { PlanarPixels } from '#simclr/views/canvas.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import type { Precision } from '#tensorflow/runners/compiled-runner.ts';
import type { StepBatch } from '#training/ports.ts';
import { viewsOfPictures } from './fill-canvas.ts';

/** Images of a measured batch, at most … */
const MEASURED_IMAGES = 32;
/** … and fewer where a step would take long: about so much work, a fifth of a second on two cores. */
const MEASURED_WORK = 9000;
/** At least so many where convolutions multiply tiles of bfloat16: fewer fill none, and tell nothing of larger batches. */
const TILED_IMAGES = 16;
/** Pixels kept beside the side trained at, as in a run's cache. */
const CACHE_FACTOR = 1.25;

export interface MeasuredBatch {
  /** The same with a batch of this size, computed whole. */
  readonly recipe: Recipe;
  readonly canvasSide: number;
  readonly batch: StepBatch;
}

/**
 * A small batch, so that a step of it takes a moment. TensorFlow must be loaded.
 *
 * @param precision it is measured in, as far as that is known.
 */
export function measuredBatch(full: Recipe, precision: 'auto' | Precision): MeasuredBatch {
  const work = relativeWork({ side: full.side, width: full.encoder.width });
  const { narrowConvolutions, matrixUnits } = nativeAbilities();
  const isTiled = narrowConvolutions && matrixUnits && precision !== 'float32';
  const images = Math.max(isTiled ? TILED_IMAGES : 2, Math.ceil(MEASURED_WORK / work / 2));
  return batchOf(full, Math.min(full.batchSize, MEASURED_IMAGES, images));
}

function batchOf(full: Recipe, batchSize: number): MeasuredBatch {
  const recipe: Recipe = { ...full, batchSize, chunk: { ...full.chunk, images: null } };
  const cacheSide = Math.ceil(CACHE_FACTOR * recipe.side);
  const pictures = Array.from({ length: batchSize }, () => noise(cacheSide));
  const { inputs, canvasSide } = viewsOfPictures(recipe, 0, 0, cacheSide, pictures);
  return { recipe, canvasSide, batch: { step: 0, learningRate: 0, inputs: new Map(inputs), release: () => {} } };
}

/** Random pictures: what they show does not change how long a step takes. */
function noise(side: number): PlanarPixels {
  const random = new RandomStream(0, 'measured pictures');
  return { width: side, height: side, data: Uint8Array.from({ length: 3 * side * side }, () => random.below(256)) };
}
