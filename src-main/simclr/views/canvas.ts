/**
 * The canvas: pixels on their way into the graph. uint8 [slots, 3, C, C], one colour plane after the other, as in the
 * pixel cache: matrix products then need no transposition (with interleaved colours they cost 2 to 18 ms more a step).
 *
 * Row s of the canvas holds the box of view `rowOfSlot[s]`, in the top left corner; a row whose view is −1 is filling
 * and is left as it is. What lies beside or below a box is never read, so nothing needs clearing between steps.
 */
import type { CropBox } from './crop-box.ts';
import type { ViewsOfRun } from './view-plan.ts';

/** Pixels of one image: uint8 [3, height, width]. */
export interface PlanarPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * C: no box of any view is higher or wider, whatever the shape of its image.
 *
 * A box is at most `cacheSide` long one way, and the aspect's bound times that the other way; both are rounded, so half
 * a pixel is added on each side. For the usual 4/3 this is ⌊4/3 · (cacheSide + ½) + ½⌋.
 *
 * @param cacheSide no image's short side is longer. @param largestLongSide nor is any side longer than this.
 */
export function canvasSide(
  { views, secondViews }: Pick<ViewsOfRun, 'views' | 'secondViews'>,
  cacheSide: number,
  largestLongSide: number,
): number {
  const stretches = [views, secondViews ?? views].map(({ crop }) =>
    crop.probability > 0 ? Math.max(1, crop.aspectMax, 1 / crop.aspectMin) : 1,
  );
  const longest = Math.floor(Math.max(...stretches) * (cacheSide + 0.5) + 0.5);
  return Math.min(longest, largestLongSide);
}

/**
 * Copies a box of an image into the corner of one row of the canvas.
 *
 * @param canvas uint8 [slots, 3, side, side]. @param side C, at least the box's height and width.
 */
export function copyBoxToCanvas(
  image: PlanarPixels,
  box: CropBox,
  canvas: Uint8Array,
  slot: number,
  side: number,
): void {
  for (let plane = 0; plane < 3; plane++) {
    let from = (plane * image.height + box.top) * image.width + box.left;
    let to = (3 * slot + plane) * side * side;
    for (let row = 0; row < box.height; row++) {
      canvas.set(image.data.subarray(from, from + box.width), to);
      from += image.width;
      to += side;
    }
  }
}
