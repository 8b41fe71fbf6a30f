import { describe, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { convolve, poolRectified } from '#simclr/encoder/convolution.ts';
import { project } from '#simclr/head/projection-head.ts';
import { headParameters } from '#simclr/head/head-parameters.ts';
import { ntXentLoss } from '#simclr/losses/nt-xent.ts';
import { batchNorm } from '#simclr/ops/batch-norm.ts';
import { globalAveragePool } from '#simclr/ops/global-average-pool.ts';
import { groupNorm } from '#simclr/ops/group-norm.ts';
import { relu } from '#simclr/ops/relu.ts';
import { isTrainable } from '#simclr/parameter-spec.ts';
import { expectGradients } from '#test/support/finite-differences.ts';
import { formulaNumbers, formulaWeights } from '#test/support/formula-weights.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function numbers(name: string, shape: number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(formulaNumbers(name, size), shape);
}

/** Every value at least 0.1 away from 0, so that a small step crosses no kink. */
function awayFromZero(name: string, shape: number[]): tf.Tensor {
  return tf.tidy(() => {
    const x = numbers(name, shape);
    return tf.add(x, tf.mul(tf.sign(x), 0.1));
  });
}

/** Runs the check on inputs that are disposed afterwards. */
function check(
  inputs: Record<string, tf.Tensor>,
  f: (xs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor,
  options = {},
): void {
  expectGradients(f, inputs, options);
  tf.dispose(inputs);
}

describe('gradients equal finite differences', () => {
  it('[BN6] batch norm, in x, γ and β', () => {
    const inputs = { x: numbers('x', [3, 4, 4, 2]), gamma: numbers('gamma', [2]), beta: numbers('beta', [2]) };
    check(inputs, ({ x, gamma, beta }) => batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D).y);
  });

  it('[GN1] group norm, in x, γ and β', () => {
    const inputs = { x: numbers('x', [2, 3, 3, 64]), gamma: numbers('gamma', [64]), beta: numbers('beta', [64]) };
    check(inputs, ({ x, gamma, beta }) => groupNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D));
  });

  it('[ENC3] convolution at both strides, in x and kernel, at an even and an odd side', () => {
    for (const side of [6, 7]) {
      for (const [kernelSide, stride] of [
        [3, 1],
        [3, 2],
        [7, 2],
        [1, 2],
      ] as const) {
        const inputs = {
          x: numbers('x', [2, side, side, 2]),
          kernel: numbers('kernel', [kernelSide, kernelSide, 2, 3]),
        };
        check(inputs, ({ x, kernel }) => convolve(x as tf.Tensor4D, kernel as tf.Tensor4D, stride));
      }
    }
  });

  it('[ENC5] ReLU, the pooling after it, and the global average', () => {
    check({ x: awayFromZero('x', [2, 7, 7, 3]) }, ({ x }) => relu(x!), { pace: 1e-3 });
    check({ x: awayFromZero('x', [2, 7, 7, 3]) }, ({ x }) => poolRectified(relu(x as tf.Tensor4D)), { pace: 1e-3 });
    check({ x: numbers('x', [2, 3, 4, 5]) }, ({ x }) => globalAveragePool(x as tf.Tensor4D));
  });

  it('[NX1] NT-Xent, in the projections', () => {
    check({ z: numbers('z', [8, 5]) }, ({ z }) => ntXentLoss(z as tf.Tensor2D, 0.5));
    check({ z: numbers('z', [6, 3]) }, ({ z }) => ntXentLoss(z as tf.Tensor2D, 0.1), { pace: 3e-3 });
  });

  it('[HEAD2] heads with and without batch norm, in h and in every weight', () => {
    for (const hiddenBatchNorm of [true, false]) {
      const recipe = smallRecipe({ head: { hiddenSize: 6, outputSize: 3, hiddenBatchNorm, outputBatchNorm: true } });
      const specs = headParameters(recipe);
      const all = tensorsOf(formulaWeights(specs));
      const statistics = new Set(specs.filter((spec) => !isTrainable(spec)).map(({ name }) => name));
      const weights = Object.fromEntries(Object.entries(all).filter(([name]) => !statistics.has(name)));
      const inputs = { h: numbers('h', [5, 32]), ...weights };
      const f = ({ h, ...parameters }: Readonly<Record<string, tf.Tensor>>): tf.Tensor =>
        project(h as tf.Tensor2D, recipe, { parameters, batchStatistics: {} });
      expectGradients(f, inputs, { pace: 1e-3, tolerance: 2e-2 });
      tf.dispose([all, inputs]);
    }
  });
});
