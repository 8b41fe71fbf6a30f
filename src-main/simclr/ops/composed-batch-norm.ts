/** Batch norm over the last axis and its gradient, composed of plain operations. The oracle for faster kernels. */
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM, BATCH_NORM_GRADIENT } from './kernel-names.ts';

const BATCH_AXES = [0, 1, 2];

/** Reserves: mean, 1/√(variance + ε), and nothing. Two passes over x: mean first, then squared distances. */
export const composedBatchNorm = {
  kernelName: BATCH_NORM,
  kernelFunc: ({ inputs, attrs }: KernelCall): tf.Tensor[] =>
    tf.tidy(() => {
      const { x, gamma, beta } = inputs as { x: tf.Tensor4D; gamma: tf.Tensor1D; beta: tf.Tensor1D };
      const count = x.size / gamma.size;
      const mean = tf.mean(x, BATCH_AXES);
      const centred = tf.sub(x, mean);
      const variance = tf.mean(tf.square(centred), BATCH_AXES);
      const inverse = tf.rsqrt(tf.add(variance, epsilonOf(attrs)));
      const y = tf.add(tf.mul(centred, tf.mul(inverse, gamma)), beta);
      const unbiased = tf.mul(variance, count / Math.max(count - 1, 1));
      return [y, mean, unbiased, tf.clone(mean), inverse, tf.scalar(0)];
    }),
};

export const composedBatchNormGradient = {
  kernelName: BATCH_NORM_GRADIENT,
  kernelFunc: ({ inputs }: KernelCall): tf.Tensor[] =>
    tf.tidy(() => {
      const { dy, x, gamma, reserve1: mean, reserve2: inverse } = inputs as unknown as GradientInputs;
      const count = x.size / gamma.size;
      const normalised = tf.mul(tf.sub(x, mean), inverse);
      const dbeta = tf.sum(dy, BATCH_AXES);
      const dgamma = tf.sum(tf.mul(dy, normalised), BATCH_AXES);
      const centred = tf.sub(dy, tf.add(tf.div(dbeta, count), tf.mul(normalised, tf.div(dgamma, count))));
      return [tf.mul(centred, tf.mul(gamma, inverse)), dgamma, dbeta];
    }),
};

type KernelCall = Parameters<tf.KernelFunc>[0];

interface GradientInputs {
  readonly dy: tf.Tensor4D;
  readonly x: tf.Tensor4D;
  readonly gamma: tf.Tensor1D;
  readonly reserve1: tf.Tensor1D;
  readonly reserve2: tf.Tensor1D;
}

function epsilonOf(attrs: KernelCall['attrs']): number {
  return Number(attrs?.['epsilon']);
}
