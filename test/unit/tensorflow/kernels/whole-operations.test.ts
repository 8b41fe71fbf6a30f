import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { globalNorm } from '#simclr/objectives/contrastive-step.ts';
import { adamwUpdate } from '#simclr/optimizers/adamw.ts';
import { larsUpdate } from '#simclr/optimizers/lars.ts';
import { sgdUpdate } from '#simclr/optimizers/sgd.ts';
import { slotName, slotNames } from '#simclr/optimizers/slot-names.ts';
import { updatedState, type ParameterUpdate, type UpdateInputs } from '#simclr/optimizers/update.ts';
import { isBiasOrNorm, type ParameterSpec } from '#simclr/parameter-spec.ts';
import type { OptimizerRecipe } from '#simclr/recipe.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

/** From a single number to more than are worked on at once. */
const specs: readonly ParameterSpec[] = (
  [
    ['a/kernel', 'kernel', [3, 3, 16, 33]],
    ['a/gamma', 'gamma', [33]],
    ['b/kernel', 'kernel', [200, 251]],
    ['b/bias', 'bias', [1]],
    ['still/kernel', 'kernel', [7]],
  ] as const
).map(([name, kind, shape]) => ({ name, kind, shape, start: { kind: 'constant', value: 0 } }));

const random = (shape: readonly number[], seed: number) => {
  const count = shape.reduce((a, b) => a * b);
  return tf.tensor(
    uniformValues(count, seed).map((value) => 2 * value - 1),
    [...shape],
  );
};

/** What moves nothing: weights and gradients of 0, where a trust ratio has nothing to divide by. */
const start = (spec: ParameterSpec, seed: number) =>
  spec.name === 'still/kernel' ? tf.zeros([...spec.shape]) : random(spec.shape, seed);

function composedUpdate(
  optimizer: OptimizerRecipe,
  spec: ParameterSpec,
  current: ParameterUpdate,
  gradient: tf.Tensor,
  { learningRate, step }: UpdateInputs,
): ParameterUpdate {
  if (optimizer.kind === 'sgd') return sgdUpdate(current, gradient, learningRate, optimizer);
  if (optimizer.kind === 'lars') return larsUpdate(current, gradient, learningRate, optimizer, !isBiasOrNorm(spec));
  return adamwUpdate(current, gradient, { learningRate, step: step! }, optimizer);
}

describe('operations on all parameters at once', () => {
  it('come with the addon of this set-up', () => {
    expect(nativeAbilities().wholeOperations).toBe(true);
  });

  const optimizers: readonly Partial<OptimizerRecipe>[] = [
    { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
    { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 },
    { kind: 'lars', momentum: 0.9, weightDecay: 0.01, trustCoefficient: 0.1 },
    { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 },
  ];
  it.each(optimizers)('update as one by one, over five steps: $kind, Nesterov $nesterov', (settings) => {
    const optimizer = { ...smallRecipe().optimizer, ...settings };
    const slots = slotNames(optimizer);
    tf.tidy(() => {
      const composed = new Map<string, ParameterUpdate>(
        specs.map((spec, i) => [
          spec.name,
          { weight: start(spec, i), slots: slots.map(() => tf.zeros([...spec.shape])) },
        ]),
      );
      let state: Record<string, tf.Tensor> = {};
      for (const [name, { weight, slots: values }] of composed) {
        state[name] = weight;
        slots.forEach((slot, i) => (state[slotName(slot, name)] = values[i]!));
      }
      for (let step = 0; step < 5; step++) {
        const inputs = { learningRate: tf.scalar(0.1 / (step + 1)), step: tf.scalar(step) };
        const gradients = Object.fromEntries(specs.map((spec, i) => [spec.name, start(spec, 100 * step + i)]));
        state = { ...updatedState(optimizer, specs, state, gradients, inputs) };
        for (const spec of specs) {
          const { name } = spec;
          const next = composedUpdate(optimizer, spec, composed.get(name)!, gradients[name]!, inputs);
          composed.set(name, next);
          expectClose(state[name]!.dataSync(), next.weight.dataSync(), 2e-6, name);
          slots.forEach((slot, i) =>
            expectClose(state[slotName(slot, name)]!.dataSync(), next.slots[i]!.dataSync(), 2e-6, `${slot} of ${name}`),
          );
        }
      }
      expect(Object.keys(state).sort()).toEqual(
        specs.flatMap(({ name }) => [name, ...slots.map((slot) => slotName(slot, name))]).sort(),
      );
    });
  });

  it('take the norm of all gradients', () => {
    tf.tidy(() => {
      const tensors = [random([3, 5, 7], 1), random([40_000], 2), tf.scalar(2)];
      const squares = tensors
        .flatMap((tensor) => [...tensor.dataSync()])
        .reduce((sum, value) => sum + value * value, 0);
      expect(globalNorm(tensors).dataSync()[0]).toBeCloseTo(Math.sqrt(squares), 3);
    });
  });
});
