/** Whole steps of views on seeded noise, for tests of the drawing. */
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '#base/random.ts';
import { canvasSide, copyBoxToCanvas, type PlanarPixels } from '#simclr/views/canvas.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { boxOf, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan, type ViewsOfRun } from '#simclr/views/view-plan.ts';

/** uint8 [3, height, width], uniform. */
export function noiseImage(seed: number, width: number, height: number): PlanarPixels {
  const stream = new RandomStream(seed, 'noise image');
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => stream.below(256)) };
}

/** float32 [2N, side, side, 3] of the given images' views, on the current backend. */
export function drawnViews(run: ViewsOfRun, parameters: ViewParameters, images: readonly PlanarPixels[]): Float32Array {
  const plan = viewPlan(run);
  const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
  const longest = Math.max(...images.flatMap(({ width, height }) => [width, height]));
  const side = canvasSide(run, longest, longest);
  const canvas = new Uint8Array(slots * 3 * side * side).fill(77);
  rowOfSlot.forEach((view, slot) => {
    if (view >= 0) copyBoxToCanvas(images[view % images.length]!, boxOf(parameters, view), canvas, slot, side);
  });
  return tf.tidy(() =>
    drawViews(
      plan,
      tf.tensor4d(canvas, [slots, 3, side, side], 'int32'),
      tf.tensor2d(numbers, [numberRows(plan), slots]),
      tf.tensor1d(slotOfRow, 'int32'),
    ).dataSync(),
  ) as Float32Array;
}
