import * as tf from '@tensorflow/tfjs-core';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';

/** Share of the old value kept in a running statistic at each step. */
const MOMENTUM = 0.9;

/**
 * running ← 0.9 · running + 0.1 · batch.
 *
 * @param batch means and unbiased variances of one forward pass, by the name of the running statistic.
 */
export function runningStatistics(state: TensorMap, batch: TensorMap): TensorMap {
  const next: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(batch)) {
    next[name] = tf.add(tf.mul(tensorNamed(state, name), MOMENTUM), tf.mul(value, 1 - MOMENTUM));
  }
  return next;
}
