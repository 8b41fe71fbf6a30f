import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm } from '#simclr/ops/batch-norm.ts';
import { BATCH_NORM, BATCH_NORM_GRADIENT, RELU_GRADIENT } from '#simclr/ops/kernel-names.ts';
import { registerComposedKernels } from '#simclr/ops/register-composed-kernels.ts';
import { relu } from '#simclr/ops/relu.ts';
import { valueAndGradients } from '#simclr/value-and-gradients.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function sumOf(y: tf.Tensor): tf.Scalar {
  return tf.reshape(tf.matMul(tf.reshape(y, [1, y.size]), tf.ones([y.size, 1])), []);
}

describe('batchNorm', () => {
  it('[BN1] normalises by the batch’s biased variance with ε = 1e-5', () => {
    tf.tidy(() => {
      // Variance 1e-5, as large as ε: with ε = 1e-3 (the default of tfjs layers) y would be 0.1 instead of 0.707.
      const spread = Math.sqrt(1e-5);
      const x = tf.tensor4d([spread, -spread, spread, -spread], [4, 1, 1, 1]);
      const { y } = batchNorm(x, tf.tensor1d([1]), tf.tensor1d([0]));
      expectClose(
        y.dataSync(),
        [1, -1, 1, -1].map((sign) => sign / Math.SQRT2),
        1e-5,
      );
      const scaled = batchNorm(tf.tensor4d([0, 2, 0, 2], [2, 2, 1, 1]), tf.tensor1d([3]), tf.tensor1d([5])).y;
      expectClose(scaled.dataSync(), [2, 8, 2, 8], 1e-4);
    });
  });

  it('[BN2] reports the batch’s mean and its unbiased variance, which running statistics take in', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 10, 2, 20, 6, 30], [3, 1, 1, 2]);
      const { batchMean, batchVariance } = batchNorm(x, tf.tensor1d([1, 1]), tf.tensor1d([0, 0]));
      expectClose(batchMean.dataSync(), [3, 20], 1e-6);
      expectClose(batchVariance.dataSync(), [7, 100], 1e-6);
    });
  });

  it('[BN5] stays finite for a channel that never changes and for a single value', () => {
    for (const x of [tf.tensor4d(new Float32Array(8).fill(3), [2, 2, 2, 1]), tf.tensor4d([3], [1, 1, 1, 1])]) {
      const finite = tf.tidy(() => {
        const [gamma, beta] = [tf.tensor1d([2]), tf.tensor1d([1])];
        const { y, batchVariance } = batchNorm(x, gamma, beta);
        const { gradients } = valueAndGradients({ x, gamma, beta }, () => ({
          value: sumOf(batchNorm(x, gamma, beta).y),
          others: {},
        }));
        return [y, batchVariance, ...Object.values(gradients)].flatMap((tensor) => [...tensor.dataSync()]);
      });
      expect(finite.every(Number.isFinite)).toBe(true);
      x.dispose();
    }
  });
});

describe('relu', () => {
  it('[OPS1] passes no gradient where its output is 0, at 0 itself neither', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([-2, -0, 0, 1e-30, 3]);
      const weights = tf.tensor2d([1, 2, 3, 4, 5], [5, 1]);
      const { gradients } = valueAndGradients({ x }, () => ({
        value: tf.reshape(tf.matMul(tf.reshape(relu(x), [1, 5]), weights), []) as tf.Scalar,
        others: {},
      }));
      expect([...gradients['x']!.dataSync()]).toEqual([0, 0, 0, 4, 5]);
    });
  });
});

describe('registerComposedKernels', () => {
  it('[OPS2] gives a backend what it lacks and leaves what it has', () => {
    const own = { kernelName: BATCH_NORM, backendName: 'made-up', kernelFunc: () => [] };
    tf.registerKernel(own);
    registerComposedKernels('made-up');
    registerComposedKernels('made-up');
    expect(tf.getKernel(BATCH_NORM, 'made-up')).toBe(own);
    for (const name of [BATCH_NORM_GRADIENT, RELU_GRADIENT]) expect(tf.getKernel(name, 'made-up')).toBeDefined();
    for (const name of [BATCH_NORM, BATCH_NORM_GRADIENT, RELU_GRADIENT]) tf.unregisterKernel(name, 'made-up');
  });
});
