import * as tf from '@tensorflow/tfjs-core';
import { planeProduct } from './plane-product.ts';
import { resizeWeights } from './resize-weights.ts';

/**
 * Crop, resize and flip as two matrix products a view: out = Ry · X · Rxᵀ.
 *
 * Rows come first: they are longer in memory, and each product leaves less for the next.
 *
 * @param canvas int32 or float32 [n, 3, C, C] holding 0 … 255, each box in the corner.
 * @param scales float32 [2, n]: heights, then widths of the boxes, over `side`. @param flips float32 [2, n] or null.
 * @param white what a pixel of 255 becomes.
 * @returns float32 [n, 3, side, side] in [0, white].
 */
export function cropAndResize(
  canvas: tf.Tensor4D,
  scales: tf.Tensor2D,
  flips: tf.Tensor2D | null,
  side: number,
  white: number,
): tf.Tensor4D {
  const [count, , canvasSide] = canvas.shape;
  const weights = resizeWeights(scales, flips, side, canvasSide, white / 255);
  const axis = (index: number): tf.Tensor3D =>
    tf.reshape(tf.slice(weights, [index, 0, 0, 0], [1, -1, -1, -1]), [count, side, canvasSide]);
  const resizedRows = planeProduct(axis(0), tf.cast(canvas, 'float32'));
  // One product for the three planes of a view: [3 · side, C] · [C, side].
  const lines: tf.Tensor3D = tf.reshape(resizedRows, [count, 3 * side, canvasSide]);
  return tf.reshape(tf.matMul(lines, axis(1), false, true), [count, 3, side, side]);
}
