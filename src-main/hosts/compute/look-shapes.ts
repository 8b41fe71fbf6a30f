/** How many images are looked at in one run of the network, and how large their canvas is. */
import type { Recipe } from '#simclr/recipe.ts';
import { canvasSide } from '#simclr/views/canvas.ts';

/**
 * central: the evaluation transform, one row an image. views: two views as in training, first all first views, then the
 * second ones in the same order.
 */
export type LookName = 'central' | 'views';

/** Of one look's graph. */
export interface LookShape {
  /** Images in one run; a part that has fewer is filled up. */
  readonly images: number;
  /** C of its canvas, in pixels. */
  readonly canvasSide: number;
}

/** Pixels of the network's input in one run: beyond it memory grows and speed does not. */
const PIXELS_AT_ONCE = 2 ** 22;
const MOST_IMAGES = 256;
/** As many as tiles of a convolution hold (`tensorflow/native/matrix-convolution.cc`). */
const LEAST_IMAGES = 32;

/** Images of one run, a power of two. @param count how many there are to look at in all. */
export function imagesAtOnce({ side }: Pick<Recipe, 'side'>, count: number): number {
  const fitting = 2 ** Math.floor(Math.log2(PIXELS_AT_ONCE / side ** 2));
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, count)));
  return Math.min(MOST_IMAGES, Math.max(LEAST_IMAGES, fitting), wanted);
}

/**
 * The box of an evaluation view is no longer than the cached image is short.
 *
 * @param cacheSide no image's short side is longer. @param largestLongSide nor is any side longer than this.
 */
export function lookCanvasSide(recipe: Recipe, look: LookName, cacheSide: number, largestLongSide: number): number {
  return look === 'central' ? Math.min(cacheSide, largestLongSide) : canvasSide(recipe, cacheSide, largestLongSide);
}
