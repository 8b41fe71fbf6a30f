/** A step's inputs from pictures in memory, for whoever has no pixel cache: previews, and measuring a speed. */
import { canvasSide, copyBoxToCanvas, type PlanarPixels } from '#simclr/views/canvas.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { boxOf, viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan, type ViewPlan, type ViewsOfRun } from '#simclr/views/view-plan.ts';

export interface FilledCanvas {
  readonly plan: ViewPlan;
  readonly parameters: ViewParameters;
  /** uint8 [slots, 3, side, side]. */
  readonly canvas: Uint8Array;
  readonly slots: number;
  readonly side: number;
  /** float32 [numberRows, slots]. */
  readonly numbers: Float32Array;
  readonly numberRows: number;
  /** int32 [2N]. */
  readonly slotOfRow: Int32Array;
}

/** Two views of each image, as training would draw them at that step. */
export function fillCanvas(
  run: ViewsOfRun,
  seed: number,
  step: number,
  cacheSide: number,
  images: readonly PlanarPixels[],
): FilledCanvas {
  const plan = viewPlan(run);
  const parameters = viewParameters(run, seed, step, images);
  const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
  const side = canvasSide(run, cacheSide, Math.max(...images.flatMap(({ width, height }) => [width, height])));
  const canvas = new Uint8Array(slots * 3 * side * side);
  rowOfSlot.forEach((view, slot) => {
    if (view >= 0) copyBoxToCanvas(images[view % images.length]!, boxOf(parameters, view), canvas, slot, side);
  });
  return { plan, parameters, canvas, slots, side, numbers, numberRows: numberRows(plan), slotOfRow };
}
