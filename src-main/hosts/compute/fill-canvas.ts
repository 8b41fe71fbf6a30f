/** A step's inputs that draw its views: each view's box copied to its slot of the canvas, and the numbers beside it. */
import { canvasSide, copyBoxToCanvas, type PlanarPixels } from '#simclr/views/canvas.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { boxOf, viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { slotCount, viewPlan, type ViewPlan, type ViewsOfRun } from '#simclr/views/view-plan.ts';
import type { NamedInputs } from './data-messages.ts';

/**
 * @param images row i's pixels; view v is of image v mod N. @param canvas uint8 [slots, 3, side, side], written to.
 * @returns `numbers`, float32 [numberRows, slots], and `slotOfRow`, int32 [2N].
 */
export function fillCanvas(
  plan: ViewPlan,
  parameters: ViewParameters,
  images: readonly PlanarPixels[],
  canvas: Uint8Array,
  side: number,
): NamedInputs {
  const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
  for (let slot = 0; slot < slots; slot++) {
    const view = rowOfSlot[slot]!;
    if (view < 0) continue;
    copyBoxToCanvas(images[view % images.length]!, boxOf(parameters, view), canvas, slot, side);
  }
  return [
    ['numbers', { shape: [numberRows(plan), slots], dtype: 'float32', values: numbers }],
    ['slotOfRow', { shape: [slotOfRow.length], dtype: 'int32', values: slotOfRow }],
  ];
}

export interface ViewsOfPictures {
  readonly plan: ViewPlan;
  readonly parameters: ViewParameters;
  readonly canvasSide: number;
  /** `canvas` and what `fillCanvas` returns. */
  readonly inputs: NamedInputs;
}

/** Two views of each picture, as training would draw them at that step, for whoever has no pixel cache. */
export function viewsOfPictures(
  run: ViewsOfRun,
  seed: number,
  step: number,
  cacheSide: number,
  images: readonly PlanarPixels[],
): ViewsOfPictures {
  const plan = viewPlan(run);
  const parameters = viewParameters(run, seed, step, images);
  const slots = slotCount(plan, parameters.viewCount);
  const side = canvasSide(run, cacheSide, Math.max(...images.flatMap(({ width, height }) => [width, height])));
  const values = new Uint8Array(slots * 3 * side * side);
  const inputs = fillCanvas(plan, parameters, images, values, side);
  const canvas = { shape: [slots, 3, side, side], dtype: 'uint8', values } as const;
  return { plan, parameters, canvasSide: side, inputs: [['canvas', canvas], ...inputs] };
}
