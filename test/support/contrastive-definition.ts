/** A small SimCLR step as a runner takes it, with its state and batches, all seeded. */
import { RandomStream } from '#base/random.ts';
import { initialState } from '#simclr/initial-state.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import { embedStep } from '#simclr/objectives/embed-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { StepDefinition } from '#tensorflow/runners/step-definition.ts';
import type { StateArrays, StepBatch } from '#training/ports.ts';

export function contrastiveDefinition(recipe: Recipe, embedRows = 4): StepDefinition {
  const { side, batchSize } = recipe;
  const state = [...initialState(recipe, 0)].map(([name, { shape, dtype }]) => [name, { shape, dtype }] as const);
  return {
    state: new Map(state),
    step: contrastiveStepFromViews(recipe),
    inputs: new Map([
      ['views', { dtype: 'float32', shape: [2 * batchSize, side, side, 3] }],
      ['learningRate', { dtype: 'float32', shape: [] }],
      ['step', { dtype: 'float32', shape: [] }],
    ]),
    guards: ['loss'],
    looks: new Map([
      [
        'pixels',
        {
          run: embedStep(recipe),
          inputs: new Map([['pixels', { dtype: 'float32' as const, shape: [embedRows, side, side, 3] }]]),
        },
      ],
    ]),
  };
}

export function contrastiveState(recipe: Recipe, seed: number): StateArrays {
  return initialState(recipe, seed);
}

/** Views of uniform noise; the batch of a step is always the same. */
export function contrastiveBatch(recipe: Recipe, step: number, learningRate: number): StepBatch {
  const shape = [2 * recipe.batchSize, recipe.side, recipe.side, 3];
  const values = uniformValues(
    shape.reduce((a, b) => a * b),
    step,
  );
  return { step, learningRate, inputs: new Map([['views', { shape, dtype: 'float32', values }]]), release: () => {} };
}

export function uniformValues(count: number, seed: number): Float32Array {
  const stream = new RandomStream(seed, 'test values');
  return Float32Array.from({ length: count }, () => stream.uniform());
}
