/**
 * Draws a step's views from its canvas: the part of the views that runs on the device.
 *
 * A pure function of tensors with fixed shapes: no random number, nothing read back, no number that changes between
 * steps. So it runs eagerly on any backend and can be recorded once and compiled. A backend that has a kernel for it
 * draws in one operation, any other in the composed ones.
 */
import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '#base/shapes.ts';
import { DRAW_VIEWS } from '../ops/kernel-names.ts';
import { composedViews } from './composed-views.ts';
import { numberRows } from './drawing-inputs.ts';
import { slotCount, type ViewPlan } from './view-plan.ts';

/**
 * @param canvas int32 or float32 [slots, 3, C, C] holding 0 … 255 (see `canvas.ts`).
 * @param numbers float32 [numberRows(plan), slots] of `drawingInputs`.
 * @param slotOfRow int32 [2N] of `drawingInputs`.
 * @returns float32 [2N, side, side, 3], in [0, 1] but for rounding; rows i and i + N are two views of image i.
 * @throws ShapeError when the three do not belong together.
 */
export function drawViews(
  plan: ViewPlan,
  canvas: tf.Tensor4D,
  numbers: tf.Tensor2D,
  slotOfRow: tf.Tensor1D,
): tf.Tensor4D {
  const slots = slotCount(plan, slotOfRow.shape[0]);
  checkShape('canvas', canvas.shape, [slots, 3, canvas.shape[3], canvas.shape[3]]);
  checkShape('view numbers', numbers.shape, [numberRows(plan), slots]);
  if (tf.getKernel(DRAW_VIEWS, tf.getBackend()) === undefined) return composedViews(plan, canvas, numbers, slotOfRow);
  const { side, linearCount, streams, hasHue, hasGrey, hasBlur, blurRadius } = plan;
  const attributes = { side, linearCount, streams, hasHue, hasGrey, blurRadius: hasBlur ? blurRadius : 0 };
  return tf.engine().runKernel(DRAW_VIEWS, { canvas, numbers, slotOfRow }, attributes);
}
