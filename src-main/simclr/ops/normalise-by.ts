import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON } from './batch-norm.ts';

/** What a batch norm goes by when its statistics come from outside; all float32 [c], the variance biased. */
export interface GivenNorm {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
}

/**
 * Batch norm by given statistics, last axis channels: (x − mean) / √(variance + ε) · γ + β.
 *
 * Differentiable in x, γ and β with the statistics held constant; `throughStatistics` adds what is missing.
 */
export function normaliseBy<T extends tf.Tensor>(x: T, { mean, variance, gamma, beta }: GivenNorm): T {
  const norm = tf.customGrad((...given) => {
    const [input, scale, shift, save] = given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, scale]);
    const factor = tf.mul(scale, inverseDeviation(variance));
    const value = tf.add(tf.mul(input, factor), tf.sub(shift, tf.mul(mean, factor)));
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => slopes(dy, saved, mean, variance) };
  });
  return norm(x, gamma, beta) as T;
}

function inverseDeviation(variance: tf.Tensor): tf.Tensor {
  return tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
}

/** Of x, γ and β. */
function slopes(dy: tf.Tensor, saved: readonly tf.Tensor[], mean: tf.Tensor, variance: tf.Tensor): tf.Tensor[] {
  const inverse = inverseDeviation(variance);
  const [x, gamma] = saved as [tf.Tensor, tf.Tensor];
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const dbeta = tf.sum(dy, axes);
  const dgamma = tf.mul(tf.sum(tf.mul(dy, tf.sub(x, mean)), axes), inverse);
  return [tf.mul(dy, tf.mul(gamma, inverse)), dgamma, dbeta];
}

/**
 * The gradient of a normalised tensor, when mean and variance are those of the whole batch and so depend on x too:
 * γ/σ · (dy − (Σdy + x̂ · Σ dy·x̂) / n).
 *
 * @param slope γ/σ · dy, what `normaliseBy` gives for x: of one part of the batch.
 * @param sums ∂/∂γ = Σ dy·x̂ and ∂/∂β = Σ dy over the whole batch. @param count n, values of a channel in the batch.
 */
export function throughStatistics(
  slope: tf.Tensor,
  x: tf.Tensor,
  { mean, variance, gamma }: Omit<GivenNorm, 'beta'>,
  sums: { readonly dgamma: tf.Tensor; readonly dbeta: tf.Tensor },
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
