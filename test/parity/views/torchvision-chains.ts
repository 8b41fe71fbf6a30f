/** Whole views of `torchvision-views.json`: what they are drawn from, and what has to come out. */
import * as tf from '@tensorflow/tfjs-core';
import { drawViews } from '#simclr/views/draw-views.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import type { ViewParameters } from '#simclr/views/view-parameters.ts';
import { type ViewPlan, viewPlan } from '#simclr/views/view-plan.ts';
import { expectClose } from '#test/support/closeness.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { canvasPixels, cropBox, keptOf, picture, type TorchvisionNumbers } from './torchvision-numbers.ts';

export type Chain = TorchvisionNumbers['chains'][number];

const TOLERANCE = 1e-5;

export interface ChainInputs {
  readonly plan: ViewPlan;
  readonly canvas: { readonly shape: [number, number, number, number]; readonly values: Uint8Array };
  readonly numbers: { readonly shape: [number, number]; readonly values: Float32Array };
  readonly slotOfRow: { readonly shape: [number]; readonly values: Int32Array };
}

/** The inputs of `drawViews`. */
export function chainInputs({ height, width, side, cases }: Chain): ChainInputs {
  const { views } = smallRecipe({ views: { jitter: { hue: 0.2 }, blur: { probability: 0.5 } } });
  const plan = viewPlan({ side, views, secondViews: null });
  const parameters: ViewParameters = {
    viewCount: cases.length,
    boxes: Int32Array.from(cases.flatMap(({ box }) => [...box])),
    flips: Uint8Array.from(cases.map(({ flip }) => flip)),
    jittered: new Uint8Array(cases.length).fill(1),
    factors: Float32Array.from(cases.flatMap(({ factors }) => factors)),
    orders: Uint8Array.from(cases.flatMap(({ order }) => order)),
    greys: Uint8Array.from(cases.map(({ grey }) => grey)),
    sigmas: Float32Array.from(cases.map(({ sigma }) => sigma)),
  };
  const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
  const boxes = Array.from(rowOfSlot, (view) => cropBox(view < 0 ? [0, 0, 1, 1] : cases[view]!.box));
  return {
    plan,
    canvas: { shape: [slots, 3, width, width], values: canvasPixels(picture(height, width), boxes, width) },
    numbers: { shape: [numberRows(plan), slots], values: numbers },
    slotOfRow: { shape: [slotOfRow.length], values: slotOfRow },
  };
}

/** float32 [views, side, side, 3], drawn eagerly on the current backend. */
export function drawnEagerly({ plan, canvas, numbers, slotOfRow }: ChainInputs): Float32Array {
  return tf.tidy(() =>
    drawViews(
      plan,
      tf.tensor4d(canvas.values, canvas.shape, 'int32'),
      tf.tensor2d(numbers.values, numbers.shape),
      tf.tensor1d(slotOfRow.values, 'int32'),
    ).dataSync(),
  ) as Float32Array;
}

/** @param drawn float32 [views, side, side, 3]. */
export function expectChain({ side, cases }: Chain, drawn: Float32Array): void {
  const size = 3 * side * side;
  cases.forEach((expected, view) => {
    const actual = drawn.subarray(view * size, (view + 1) * size);
    expectClose(keptOf(actual, expected), expected.values, TOLERANCE, `view ${view}`);
  });
}
