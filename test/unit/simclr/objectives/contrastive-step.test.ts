import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { initialState } from '#simclr/initial-state.ts';
import { contrastiveStepFromViews, type StepResult } from '#simclr/objectives/contrastive-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { inputsFromViews, valuesOf } from '#test/support/step-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function disposeResult({ state, outputs }: StepResult): void {
  tf.dispose([state, outputs]);
}

/** One step from the recipe's start; everything disposed but what `use` returns. */
function oneStep<T>(recipe: Recipe, use: (result: StepResult) => T): T {
  const state = tensorsOf(initialState(recipe, 3));
  const inputs = inputsFromViews(recipe, 0, 0.05);
  const result = contrastiveStepFromViews(recipe)(state, inputs);
  const used = use(result);
  tf.dispose([state, inputs, result.outputs, result.state]);
  return used;
}

/** Names of the kernels that one step runs, with the shapes of what they make. */
async function kernelsOfStep(recipe: Recipe, step: number, learningRate: number): Promise<string[]> {
  const state = tensorsOf(initialState(recipe, 7));
  const inputs = inputsFromViews(recipe, step, learningRate);
  const { kernels } = await tf.profile(() => {
    const result = contrastiveStepFromViews(recipe)(state, inputs);
    tf.dispose([result.state, result.outputs]);
    return [];
  });
  tf.dispose([state, inputs]);
  return kernels.map(({ name, outputShapes }) => `${name} ${JSON.stringify(outputShapes)}`);
}

function refuse(): never {
  throw new Error('The step read a tensor.');
}

describe('contrastiveStepFromViews', () => {
  it('[STEP3] is pure: the same state and inputs give the same result, and both are left as they were', () => {
    const recipe = smallRecipe();
    const state = tensorsOf(initialState(recipe, 3));
    const inputs = inputsFromViews(recipe, 0, 0.05);
    const before = valuesOf({ ...state, ...inputs });
    const step = contrastiveStepFromViews(recipe);
    const [first, second] = [step(state, inputs), step(state, inputs)];
    expect(valuesOf(second.state)).toEqual(valuesOf(first.state));
    expect(valuesOf(second.outputs)).toEqual(valuesOf(first.outputs));
    expect(valuesOf({ ...state, ...inputs })).toEqual(before);
    tf.dispose([state, inputs]);
    disposeResult(first);
    disposeResult(second);
  });

  it('[STEP4] gives back the whole state: same names, order and shapes, and every trained weight moved', () => {
    for (const kind of ['sgd', 'lars', 'adamw'] as const) {
      const recipe = smallRecipe({ optimizer: { kind }, encoder: { zeroInitLastGamma: false } });
      const start = initialState(recipe, 3);
      oneStep(recipe, ({ state }) => {
        expect(Object.keys(state)).toEqual([...start.keys()]);
        for (const [name, tensor] of Object.entries(state)) {
          expect(tensor.shape, name).toEqual(start.get(name)!.shape);
          expect([...tensor.dataSync()], name).not.toEqual([...start.get(name)!.values]);
        }
      });
    }
  });

  it('[STEP5] runs the same operations whatever the step, the rate and the weights, and none of them random', async () => {
    const recipe = smallRecipe({ optimizer: { kind: 'adamw' } });
    const first = await kernelsOfStep(recipe, 0, 0);
    const later = await kernelsOfStep(recipe, 70_000, 0.3);
    expect(later).toEqual(first);
    expect(first.length).toBeGreaterThan(200);
    expect(first.filter((kernel) => /random|multinomial|dropout/i.test(kernel))).toEqual([]);
  });

  it('[STEP5] reads nothing back from the device', () => {
    const recipe = smallRecipe();
    const state = tensorsOf(initialState(recipe, 3));
    const inputs = inputsFromViews(recipe, 0, 0.05);
    // Not the backend's own reading: plain CPU kernels read their inputs by it.
    const engine = tf.engine();
    const { readSync, read } = engine;
    Object.assign(engine, { readSync: refuse, read: refuse });
    try {
      expect(() => inputs['views']!.dataSync()).toThrow('The step read a tensor.');
      disposeResult(contrastiveStepFromViews(recipe)(state, inputs));
    } finally {
      Object.assign(engine, { readSync, read });
    }
    tf.dispose([state, inputs]);
  });

  it('[STEP6] reports loss, gradient norm and the measures, each one finite number', () => {
    const outputs = oneStep(smallRecipe(), (result) => valuesOf(result.outputs));
    expect(Object.keys(outputs)).toEqual([
      'loss',
      'gradientNorm',
      'contrastiveAccuracy',
      'projectionStd',
      'alignment',
      'uniformity',
    ]);
    for (const [name, values] of Object.entries(outputs)) {
      expect(values.length, name).toBe(1);
      expect(Number.isFinite(values[0]), name).toBe(true);
    }
  });
});
