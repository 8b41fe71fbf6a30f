import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '#base/random.ts';
import { initialState } from '#simclr/initial-state.ts';
import { ntXentNoSignalLoss } from '#simclr/losses/nt-xent.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function randomViews(recipe: Recipe, seed: number): tf.Tensor4D {
  const shape: [number, number, number, number] = [2 * recipe.batchSize, recipe.side, recipe.side, 3];
  const stream = new RandomStream(seed, 'views');
  return tf.tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => stream.uniform()),
    shape,
  );
}

function stepInputs(recipe: Recipe, step: number, learningRate: number): TensorMap {
  return { views: randomViews(recipe, 1), learningRate: tf.scalar(learningRate), step: tf.scalar(step) };
}

/** Losses of `count` steps on the same views; everything disposed. */
function losses(recipe: Recipe, count: number, learningRate: number): number[] {
  const step = contrastiveStepFromViews(recipe);
  let state = tensorsOf(initialState(recipe, 3));
  const seen: number[] = [];
  for (let i = 0; i < count; i++) {
    const inputs = stepInputs(recipe, i, learningRate);
    const result = step(state, inputs);
    seen.push(result.outputs['loss']!.dataSync()[0]!);
    tf.dispose([state, inputs, result.outputs]);
    state = result.state;
  }
  tf.dispose(state);
  return seen;
}

describe('contrastiveStepFromViews', () => {
  it('[STEP1] lowers the loss on a batch it sees again, whatever the optimizer', () => {
    for (const [kind, rate] of [
      ['sgd', 0.05],
      ['lars', 1],
      ['adamw', 0.001],
    ] as const) {
      const recipe = smallRecipe({ optimizer: { kind } });
      const seen = losses(recipe, 4, rate);
      expect(seen[3], kind).toBeLessThan(seen[0]! - 0.05);
      expect(seen[0], kind).toBeLessThan(ntXentNoSignalLoss(recipe.batchSize) + 1);
    }
  });
});
