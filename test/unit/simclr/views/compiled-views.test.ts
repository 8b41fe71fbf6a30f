/** Views as one TensorFlow graph: what was recorded draws what the eager operations draw. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { canvasSide, copyBoxToCanvas } from '#simclr/views/canvas.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { boxOf, viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { Session, type TensorValues } from '#tensorflow/compiled-step/session.ts';
import type { TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { expectClose } from '#test/support/closeness.ts';
import { drawnViews, noiseImage } from '#test/support/drawn-views.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

beforeAll(async () => {
  await loadTensorFlow({ threads: 2 });
});

describe('[V13] compiled views', () => {
  it('equal the eager ones, at a side that shrinks boxes of 160 pixels', () => {
    const run = smallRecipe({ side: 96, views: { blur: { probability: 0.5 } } });
    const images = [noiseImage(1, 160, 120), noiseImage(2, 120, 158)];
    const plan = viewPlan(run);
    const parameters = viewParameters(run, 1, 0, images);
    const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
    const side = canvasSide(run, 160, 160);
    const canvas = new Uint8Array(slots * 3 * side * side);
    rowOfSlot.forEach((view, slot) => copyBoxToCanvas(images[view % 2]!, boxOf(parameters, view), canvas, slot, side));
    const types: TensorTypes = new Map([
      ['canvas', { dtype: 'uint8', shape: [slots, 3, side, side] }],
      ['numbers', { dtype: 'float32', shape: [numberRows(plan), slots] }],
      ['slotOfRow', { dtype: 'int32', shape: [4] }],
    ]);
    const draw = (_: unknown, inputs: Readonly<Record<string, tf.Tensor>>) => {
      const [pixels, table, order] = [inputs['canvas'], inputs['numbers'], inputs['slotOfRow']];
      const views = drawViews(plan, pixels as tf.Tensor4D, table as tf.Tensor2D, order as tf.Tensor1D);
      return { state: {}, outputs: { views } };
    };
    const entry = { run: draw, inputs: types, guards: [], passes: [] };
    const session = new Session(compileGraph(new Map(), new Map([['views', entry]])));
    const values = new Map<string, TensorValues>([
      ['canvas', { shape: [slots, 3, side, side], values: canvas }],
      ['numbers', { shape: [numberRows(plan), slots], values: numbers }],
      ['slotOfRow', { shape: [4], values: slotOfRow }],
    ]);
    const compiled = session.run('views', values).get('views')!.values;
    session.dispose();
    expectClose(compiled, drawnViews(run, parameters, images), 1e-5);
  });
});
