/** Norms by given statistics, composed of plain operations: where a backend has no kernel for them, and the oracle. */
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON } from './batch-norm.ts';
import type { GivenNorm, Moments, NormSums } from './normalise-by.ts';

export function composedMoments(x: tf.Tensor): Moments {
  const axes = batchAxes(x);
  const mean = tf.mean(x, axes);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), axes) };
}

export function composedNormaliseBy(x: tf.Tensor, { mean, variance, gamma, beta }: GivenNorm): tf.Tensor {
  const factor = tf.mul(gamma, inverseDeviation(variance));
  return tf.add(tf.mul(x, factor), tf.sub(beta, tf.mul(mean, factor)));
}

/** Of x, γ and β. */
export function composedSlopes(
  dy: tf.Tensor,
  x: tf.Tensor,
  { mean, variance, gamma }: Omit<GivenNorm, 'beta'>,
): readonly [tf.Tensor, tf.Tensor, tf.Tensor] {
  const inverse = inverseDeviation(variance);
  const axes = batchAxes(x);
  const dgamma = tf.mul(tf.sum(tf.mul(dy, tf.sub(x, mean)), axes), inverse);
  return [tf.mul(dy, tf.mul(gamma, inverse)), dgamma, tf.sum(dy, axes)];
}

export function composedThroughStatistics(
  slope: tf.Tensor,
  x: tf.Tensor,
  { mean, variance, gamma }: Omit<GivenNorm, 'beta'>,
  sums: NormSums,
  count: number,
): tf.Tensor {
  return tf.tidy(() => {
    const inverse = inverseDeviation(variance);
    const share = tf.div(tf.mul(gamma, inverse), count);
    const tilt = tf.mul(share, tf.mul(inverse, sums.dgamma));
    const constant = tf.sub(tf.mul(tilt, mean), tf.mul(share, sums.dbeta));
    return tf.add(slope, tf.sub(constant, tf.mul(x, tilt)));
  });
}

function batchAxes(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
}

function inverseDeviation(variance: tf.Tensor): tf.Tensor {
  return tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
}
