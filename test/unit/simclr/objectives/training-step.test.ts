import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '#base/random.ts';
import { initialState } from '#simclr/initial-state.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import { stepInputs, stepInputsFromViews } from '#simclr/objectives/step-inputs.ts';
import { trainingStep } from '#simclr/objectives/training-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { drawingInputs } from '#simclr/views/drawing-inputs.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { expectClose } from '#test/support/closeness.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { valuesOf } from '#test/support/step-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';
import { loadTensorflow } from '#test/support/tensorflow-backend.ts';

const CANVAS_SIDE = 16;

await loadTensorflow();
checkTensorLeaks('tensorflow');

/** Every input of the step as `stepInputs` declares it, canvas filled with noise. The caller disposes. */
function inputsOf(recipe: Recipe, step = 0): TensorMap {
  const stream = new RandomStream(1, 'canvas');
  const sizes = Array.from({ length: recipe.batchSize }, () => ({ width: 12, height: 12 }));
  const { numbers, slotOfRow } = drawingInputs(viewPlan(recipe), viewParameters(recipe, 7, step, sizes));
  const values: Record<string, (size: number) => Float32Array | Int32Array> = {
    canvas: (size) => Int32Array.from({ length: size }, () => stream.below(256)),
    numbers: () => numbers,
    slotOfRow: () => slotOfRow,
    learningRate: () => Float32Array.of(0.01),
    step: () => Float32Array.of(0),
  };
  const tensors = stepInputs(recipe, CANVAS_SIDE).map(({ name, shape, dtype }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, tf.tensor(values[name]!(size), [...shape], dtype === 'uint8' ? 'int32' : dtype)] as const;
  });
  return Object.fromEntries(tensors);
}

/** Kernels that the whole step runs, with the shapes they make. Throws when the step reads a tensor. */
async function kernelsOfStep(recipe: Recipe, step: number): Promise<string[]> {
  const state = tensorsOf(initialState(recipe, 3));
  const inputs = inputsOf(recipe, step);
  const engine = tf.engine();
  const { readSync, read } = engine;
  Object.assign(engine, { readSync: refuse, read: refuse });
  try {
    const { kernels } = await tf.profile(() => {
      const result = trainingStep(recipe)(state, inputs);
      tf.dispose([result.state, result.outputs]);
      return [];
    });
    return kernels.map(({ name, outputShapes }) => `${name} ${JSON.stringify(outputShapes)}`);
  } finally {
    Object.assign(engine, { readSync, read });
    tf.dispose([state, inputs]);
  }
}

function refuse(): never {
  throw new Error('The step read a tensor.');
}

function namesWith(kind: 'sgd' | 'lars' | 'adamw'): string[] {
  return stepInputsFromViews(smallRecipe({ optimizer: { kind } })).map(({ name }) => name);
}

describe('trainingStep', () => {
  it('[STEP7] draws the views of its canvas and trains on them', () => {
    for (const recipe of [
      smallRecipe(),
      smallRecipe({ side: 40, optimizer: { kind: 'adamw' }, views: { blur: { probability: 1 } } }),
    ]) {
      const state = tensorsOf(initialState(recipe, 3));
      const inputs = inputsOf(recipe);
      const whole = trainingStep(recipe)(state, inputs);
      const views = drawViews(
        viewPlan(recipe),
        inputs['canvas'] as tf.Tensor4D,
        inputs['numbers'] as tf.Tensor2D,
        inputs['slotOfRow'] as tf.Tensor1D,
      );
      const fromViews = contrastiveStepFromViews(recipe)(state, { ...inputs, views });
      const [actual, expected] = [valuesOf(whole.outputs), valuesOf(fromViews.outputs)];
      for (const [name, value] of Object.entries(expected)) expectClose(actual[name]!, value, 1e-4, name);
      expect(Object.keys(whole.state)).toEqual(Object.keys(state));
      tf.dispose([state, inputs, views, whole.outputs, whole.state, fromViews.outputs, fromViews.state]);
    }
  });
});

describe('trainingStep with other views', () => {
  it('[STEP5, V13] runs the same operations, none of them random, and reads nothing back', async () => {
    const recipe = smallRecipe({ side: 40, views: { blur: { probability: 0.5 } } });
    const [first, later] = [await kernelsOfStep(recipe, 0), await kernelsOfStep(recipe, 1234)];
    expect(later).toEqual(first);
    expect(first.length).toBeGreaterThan(250);
    expect(first.filter((kernel) => /random|multinomial|dropout/i.test(kernel))).toEqual([]);
  });
});

describe('stepInputs', () => {
  it('[STEP8] declares the step as an input for AdamW alone, the only optimizer that reads it', () => {
    expect(namesWith('sgd')).toEqual(['views', 'learningRate']);
    expect(namesWith('lars')).toEqual(['views', 'learningRate']);
    expect(namesWith('adamw')).toEqual(['views', 'learningRate', 'step']);
    const whole = stepInputs(smallRecipe(), CANVAS_SIDE);
    expect(whole.map(({ name }) => name)).toEqual(['canvas', 'numbers', 'slotOfRow', 'learningRate']);
    expect(whole[0]!.dtype).toBe('uint8');
  });
});
