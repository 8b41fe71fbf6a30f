import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { slotName, slotNames } from '#simclr/optimizers/slot-names.ts';
import { updatedState } from '#simclr/optimizers/update.ts';
import { isBiasOrNorm, isTrainable, type ParameterSpec } from '#simclr/parameter-spec.ts';
import { parameterSpecs } from '#simclr/parameters.ts';
import type { OptimizerRecipe } from '#simclr/recipe.ts';
import { expectClose } from '#test/support/closeness.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function optimizerOf(settings: Partial<OptimizerRecipe>): OptimizerRecipe {
  return { ...smallRecipe().optimizer, ...settings };
}

/** Weights after each update with the given gradients and rates, from `start`. */
function path(
  optimizer: OptimizerRecipe,
  kind: ParameterSpec['kind'],
  start: number[],
  updates: readonly { gradient: number[]; rate: number }[],
): number[][] {
  const spec: ParameterSpec = { name: 'w', shape: [start.length], kind, start: { kind: 'constant', value: 0 } };
  return tf.tidy(() => {
    let state: Record<string, tf.Tensor> = { w: tf.tensor1d(start) };
    for (const slot of slotNames(optimizer)) state[slotName(slot, 'w')] = tf.zeros([start.length]);
    return updates.map(({ gradient, rate }, t) => {
      const inputs = { learningRate: tf.scalar(rate), step: tf.scalar(t) };
      state = { ...updatedState(optimizer, [spec], state, { w: tf.tensor1d(gradient) }, inputs) };
      return [...state['w']!.dataSync()];
    });
  });
}

const lars = optimizerOf({ kind: 'lars', weightDecay: 0.5, trustCoefficient: 0.1, momentum: 0.9 });

describe('LARS', () => {
  it('[LARS1] neither decays nor adapts a bias, γ or β, whatever their values', () => {
    for (const kind of ['bias', 'gamma', 'beta'] as const) {
      const [weights] = path(lars, kind, [3, 4], [{ gradient: [1, 0], rate: 0.1 }]);
      expectClose(weights!, [2.9, 4], 1e-6, kind);
    }
    const [adapted] = path(lars, 'kernel', [3, 4], [{ gradient: [1, 0], rate: 0.1 }]);
    // g = (2.5, 2), trust = 0.1 · 5 / ‖g‖.
    const trust = 0.5 / Math.hypot(2.5, 2);
    expectClose(adapted!, [3 - 0.1 * trust * 2.5, 4 - 0.1 * trust * 2], 1e-6);
  });

  it('[LARS1] excludes exactly the biases and the norms’ γ and β of a network, by their kind', () => {
    const specs = parameterSpecs(smallRecipe({ head: { hiddenBatchNorm: false } })).filter(isTrainable);
    const excluded = specs.filter(isBiasOrNorm).map(({ name }) => name);
    expect(excluded.length).toBe(2 * 20 + 2);
    for (const { name } of specs) {
      expect(excluded.includes(name), name).toBe(!name.endsWith('/kernel'));
    }
  });

  it('[LARS2] moves a tensor that starts at 0, where the trust ratio is 1', () => {
    const [fromZero] = path(lars, 'kernel', [0, 0], [{ gradient: [1, -2], rate: 0.1 }]);
    expectClose(fromZero!, [-0.1, 0.2], 1e-6);
    const [noGradient] = path(
      optimizerOf({ ...lars, weightDecay: 0 }),
      'kernel',
      [1, 2],
      [{ gradient: [0, 0], rate: 0.1 }],
    );
    expectClose(noGradient!, [1, 2], 0);
  });

  it('[LARS3] keeps the learning rate inside the buffer: a rate of 0 still moves by what was stored', () => {
    const [first, second] = path(
      lars,
      'bias',
      [0],
      [
        { gradient: [1], rate: 0.1 },
        { gradient: [1], rate: 0 },
      ],
    );
    expectClose([first![0]!, second![0]!], [-0.1, -0.1 - 0.09], 1e-6);
  });
});

describe('SGD and AdamW', () => {
  it('[OPT2] SGD keeps the rate outside the buffer: a rate of 0 moves nothing, and what was stored moves later', () => {
    const sgd = optimizerOf({ kind: 'sgd', momentum: 0.9, weightDecay: 0 });
    const updates = [
      { gradient: [1], rate: 0 },
      { gradient: [0], rate: 1 },
    ];
    const [first, second] = path(sgd, 'kernel', [5], updates);
    expectClose([first![0]!, second![0]!], [5, 5 - 0.9], 1e-6);
  });

  it('[OPT3] decay every parameter, biases and norms too', () => {
    for (const [kind, expected] of [
      ['sgd', 0.95],
      ['adamw', 0.95],
    ] as const) {
      const optimizer = optimizerOf({ kind, momentum: 0, weightDecay: 0.5 });
      for (const parameter of ['kernel', 'bias', 'gamma', 'beta'] as const) {
        const [weights] = path(optimizer, parameter, [1], [{ gradient: [0], rate: 0.1 }]);
        expectClose(weights!, [expected], 1e-6, `${kind} ${parameter}`);
      }
    }
  });

  it('[OPT4] AdamW’s first move is the learning rate, to five digits, and later steps need no stored power', () => {
    const adamw = optimizerOf({ kind: 'adamw', weightDecay: 0 });
    const [first] = path(adamw, 'kernel', [0, 0], [{ gradient: [1e-3, -20], rate: 0.001 }]);
    expectClose(
      Array.from(first!, (value) => value * 1000),
      [-1, 1],
      2e-5,
    );
    const spec: ParameterSpec = { name: 'w', shape: [1], kind: 'kernel', start: { kind: 'constant', value: 0 } };
    tf.tidy(() => {
      const state = { w: tf.tensor1d([0]), 'optimizer/m/w': tf.tensor1d([1]), 'optimizer/v/w': tf.tensor1d([1]) };
      const inputs = { learningRate: tf.scalar(0.1), step: tf.scalar(90_000_000) };
      const next = updatedState(adamw, [spec], state, { w: tf.tensor1d([1]) }, inputs);
      expectClose(next['w']!.dataSync(), [-0.1], 1e-6);
    });
  });

  it('[OPT5] AdamW says what it lacks when no step comes in', () => {
    const adamw = optimizerOf({ kind: 'adamw' });
    const spec: ParameterSpec = { name: 'w', shape: [1], kind: 'kernel', start: { kind: 'constant', value: 0 } };
    const attempt = (): void => {
      tf.tidy(() => {
        const zero = tf.zeros([1]);
        const state = { w: zero, 'optimizer/m/w': zero, 'optimizer/v/w': zero };
        updatedState(adamw, [spec], state, { w: zero }, { learningRate: tf.scalar(1), step: null });
      });
    };
    expect(attempt).toThrow('AdamW needs the step among its inputs.');
  });
});
