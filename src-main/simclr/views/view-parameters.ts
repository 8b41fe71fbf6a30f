/**
 * What happens to each of a step's 2N views: rows 0 … N − 1 are the first branch, N … 2N − 1 the second.
 *
 * Views are decided here, in plain numbers, and drawn by `drawViews`. Every number is a function of (seed, purpose,
 * step, view), so any view of any step can be drawn again, alone, by any thread.
 */
import { RandomStream } from '#base/random.ts';
import type { ViewRecipe } from '../recipe.ts';
import { type CropBox, drawCropBox, type ImageSize } from './crop-box.ts';
import { dealOrders } from './deal-orders.ts';
import { canBlur, viewPlan, type ViewsOfRun } from './view-plan.ts';

/** One row for each view; nothing in it depends on how the drawing is arranged. */
export interface ViewParameters {
  /** 2N. */
  readonly viewCount: number;
  /** [2N, 4]: top, left, height, width in pixels of the cached image. */
  readonly boxes: Int32Array;
  /** [2N]: 1 where the view is mirrored left to right. */
  readonly flips: Uint8Array;
  /** [2N]: 1 where colours are jittered; elsewhere the factors are neutral. */
  readonly jittered: Uint8Array;
  /** [2N, 4]: factors of brightness, contrast, saturation (neutral 1), and turns of hue (neutral 0). */
  readonly factors: Float32Array;
  /** [2N, M]: the M jitter operations of the plan by number, in the order they are applied. */
  readonly orders: Uint8Array;
  /** [2N]: 1 where the view is made grey. */
  readonly greys: Uint8Array;
  /** [2N]: σ of the blur in pixels of the view; 0 where there is none. */
  readonly sigmas: Float32Array;
}

/** σ given at this side is scaled to the view's side when the recipe says `scaleSigma`. */
const SIDE_OF_SIGMA = 224;

/**
 * @param sizes sizes of the N images in the pixel cache, in the order of the batch.
 * @param seed the run's seed. @param step the step, from 0.
 */
export function viewParameters(
  run: ViewsOfRun,
  seed: number,
  step: number,
  sizes: readonly ImageSize[],
): ViewParameters {
  const viewCount = 2 * sizes.length;
  const parameters: ViewParameters = {
    viewCount,
    boxes: new Int32Array(4 * viewCount),
    flips: new Uint8Array(viewCount),
    jittered: new Uint8Array(viewCount),
    factors: new Float32Array(4 * viewCount),
    orders: dealOrders(viewPlan(run).operations, seed, step, viewCount),
    greys: new Uint8Array(viewCount),
    sigmas: new Float32Array(viewCount),
  };
  for (let view = 0; view < viewCount; view++) {
    const isFirst = view < sizes.length;
    const recipe = isFirst ? run.views : (run.secondViews ?? run.views);
    const size = sizes[isFirst ? view : view - sizes.length]!;
    const box = drawCropBox(new RandomStream(seed, 'view crop', step, view), size, recipe.crop);
    writeBox(parameters.boxes, view, box);
    writeLook(parameters, view, recipe, run.side, new RandomStream(seed, 'view look', step, view));
  }
  return parameters;
}

/** The box of one view, as an object. */
export function boxOf({ boxes }: Pick<ViewParameters, 'boxes'>, view: number): CropBox {
  const at = 4 * view;
  return { top: boxes[at]!, left: boxes[at + 1]!, height: boxes[at + 2]!, width: boxes[at + 3]! };
}

function writeBox(boxes: Int32Array, view: number, { top, left, height, width }: CropBox): void {
  const at = 4 * view;
  boxes[at] = top;
  boxes[at + 1] = left;
  boxes[at + 2] = height;
  boxes[at + 3] = width;
}

/**
 * Everything but the box. All numbers are drawn, in a fixed order, whether used or not: another probability of one
 * operation leaves the numbers of the others as they are.
 */
function writeLook(
  { flips, jittered, factors, greys, sigmas }: ViewParameters,
  view: number,
  { flip, jitter, grey, blur }: ViewRecipe,
  side: number,
  stream: RandomStream,
): void {
  flips[view] = stream.uniform() < flip.probability ? 1 : 0;
  const isJittered = stream.uniform() < jitter.probability;
  jittered[view] = isJittered ? 1 : 0;
  const at = 4 * view;
  factors[at] = factor(stream, jitter.brightness, isJittered);
  factors[at + 1] = factor(stream, jitter.contrast, isJittered);
  factors[at + 2] = factor(stream, jitter.saturation, isJittered);
  const turn = stream.uniformIn(-jitter.hue, jitter.hue);
  factors[at + 3] = isJittered ? turn : 0;
  greys[view] = stream.uniform() < grey.probability ? 1 : 0;
  const isBlurred = stream.uniform() < blur.probability && canBlur({ blur }, side);
  const sigma = stream.uniformIn(blur.sigmaMin, blur.sigmaMax) * (blur.scaleSigma ? side / SIDE_OF_SIGMA : 1);
  sigmas[view] = isBlurred ? sigma : 0;
}

/** Uniform in [max(0, 1 − strength), 1 + strength), or 1. */
function factor(stream: RandomStream, strength: number, isUsed: boolean): number {
  const drawn = stream.uniformIn(Math.max(0, 1 - strength), 1 + strength);
  return isUsed ? drawn : 1;
}
