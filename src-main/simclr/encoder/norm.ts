/** The normalisation layers of encoder and head: which statistics they use, and where new ones are collected. */
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON, batchNorm } from '../ops/batch-norm.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';

/** One forward pass through a network. */
export interface ForwardPass {
  /** Weights and statistics by name. */
  readonly parameters: TensorMap;
  /**
   * Training: batch norm uses the batch's statistics and puts them here by the norm's path.
   * Null is inference: it uses the running ones, and nothing is collected.
   */
  readonly batchStatistics: Record<string, BatchStatistics> | null;
}

export interface BatchStatistics {
  readonly mean: tf.Tensor;
  /** Unbiased. */
  readonly variance: tf.Tensor;
}

/** @param x float32 [n, h, w, c]. */
export function batchNormLayer(x: tf.Tensor4D, path: string, pass: ForwardPass): tf.Tensor4D {
  const gamma = tensorNamed(pass.parameters, `${path}/gamma`) as tf.Tensor1D;
  const beta = (pass.parameters[`${path}/beta`] ?? tf.zeros(gamma.shape)) as tf.Tensor1D;
  if (pass.batchStatistics === null) return runningNorm(x, path, { gamma, beta }, pass.parameters);
  const { y, batchMean, batchVariance } = batchNorm(x, gamma, beta);
  pass.batchStatistics[path] = { mean: batchMean, variance: batchVariance };
  return y;
}

/** By the running statistics, folded into one scale and one shift for each channel. */
function runningNorm(
  x: tf.Tensor4D,
  path: string,
  { gamma, beta }: { gamma: tf.Tensor1D; beta: tf.Tensor1D },
  parameters: TensorMap,
): tf.Tensor4D {
  const mean = tensorNamed(parameters, `${path}/movingMean`);
  const variance = tensorNamed(parameters, `${path}/movingVariance`);
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
}
