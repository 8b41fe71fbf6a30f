/** The evaluation transform: one fixed view of an image, drawn as the training views are, with nothing done to its colours. */
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '#base/shapes.ts';
import { centredSquare, type CropBox, type ImageSize } from './crop-box.ts';
import { numberRows } from './drawing-inputs.ts';
import { drawViews } from './draw-views.ts';
import type { ViewPlan } from './view-plan.ts';

/** Up to this side the whole central square is taken. */
const LARGEST_SIDE_TAKEN_WHOLE = 32;
/** Above it, this share of the short side. */
const CENTRAL_SHARE = 0.875;

/** Rows of the numbers begin with the scales of height and width. */
const CROPPED_ALONE: Omit<ViewPlan, 'side'> = {
  operations: [],
  linearCount: 0,
  hasContrast: false,
  hasHue: false,
  largestHue: 0,
  hasFlip: false,
  hasGrey: false,
  hasBlur: false,
  blurRadius: 0,
  streams: 1,
};

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
  const count = canvas.shape[0];
  const plan: ViewPlan = { ...CROPPED_ALONE, side };
  checkShape('lengths', lengths.shape, [2, count]);
  return tf.tidy(() => {
    const others = tf.zeros([numberRows(plan) - 2, count]);
    const numbers = tf.concat([tf.div(lengths, side), others]) as tf.Tensor2D;
    return drawViews(plan, canvas, numbers, tf.range(0, count, 1, 'int32'));
  });
}
