/** The evaluation transform: one fixed view of an image, resized by the same matrices as the training views. */
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '#base/shapes.ts';
import { centredSquare, type CropBox, type ImageSize } from './crop-box.ts';
import { cropAndResize } from './crop-and-resize.ts';
import { interleaveAndGrey, WHITE } from './linear-colour.ts';

/** Up to this side the whole central square is taken. */
const LARGEST_SIDE_TAKEN_WHOLE = 32;
/** Above it, this share of the short side. */
const CENTRAL_SHARE = 0.875;

/** The box of an image's evaluation view, in pixels of the pixel cache. @param side of the view. */
export function evaluationBox(size: ImageSize, side: number): CropBox {
  return centredSquare(size, side <= LARGEST_SIDE_TAKEN_WHOLE ? 1 : CENTRAL_SHARE);
}

/** The boxes' lengths as the graph takes them: float32 [2, n], heights, then widths. */
export function boxLengths(boxes: readonly CropBox[]): Float32Array {
  return Float32Array.from([...boxes.map(({ height }) => height), ...boxes.map(({ width }) => width)]);
}

/**
 * @param canvas int32 or float32 [n, 3, C, C] holding 0 … 255, each box in the corner (`copyBoxToCanvas`).
 * @param lengths float32 [2, n] of `boxLengths`; a row without an image has lengths 1.
 * @returns float32 [n, side, side, 3] in [0, 1] but for rounding.
 * @throws ShapeError when the two do not belong together.
 */
export function drawEvaluationViews(canvas: tf.Tensor4D, lengths: tf.Tensor2D, side: number): tf.Tensor4D {
  const [count, , canvasSide] = canvas.shape;
  checkShape('canvas', canvas.shape, [count, 3, canvasSide, canvasSide]);
  checkShape('lengths', lengths.shape, [2, count]);
  return tf.tidy(() => {
    const planes = tf.reshape(cropAndResize(canvas, tf.div(lengths, side), null, side, WHITE), [count, 3, side * side]);
    return tf.reshape(interleaveAndGrey(planes as tf.Tensor3D, null), [count, side, side, 3]);
  });
}
