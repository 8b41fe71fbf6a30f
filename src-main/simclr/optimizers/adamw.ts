import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerRecipe } from '../recipe.ts';
import type { ParameterUpdate } from './update.ts';

type AdamSettings = Pick<OptimizerRecipe, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'>;

/**
 * AdamW (Loshchilov & Hutter 2019): weight decay beside the gradient, not in it.
 *
 *   w ← w − lr·wd·w;  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
 *   w ← w − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε),  t = step + 1
 *
 * The step comes in as a tensor, so the two corrections are computed here, as −expm1(t·ln β): 1 − βᵗ in float32 would
 * lose four digits in the first steps.
 */
export function adamwUpdate(
  { weight, slots }: ParameterUpdate,
  gradient: tf.Tensor,
  { learningRate, step }: { readonly learningRate: tf.Scalar; readonly step: tf.Scalar },
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
): ParameterUpdate {
  return tf.tidy(() => {
    const updates = tf.add(step, 1);
    const first = tf.add(tf.mul(slots[0]!, beta1), tf.mul(gradient, 1 - beta1));
    const second = tf.add(tf.mul(slots[1]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const mean = tf.div(first, correction(updates, beta1));
    const deviation = tf.add(tf.sqrt(tf.div(second, correction(updates, beta2))), epsilon);
    const kept = tf.sub(weight, tf.mul(weight, tf.mul(learningRate, weightDecay)));
    return { weight: tf.sub(kept, tf.mul(tf.div(mean, deviation), learningRate)), slots: [first, second] };
  });
}

/** 1 − βᵗ. */
function correction(updates: tf.Tensor, beta: number): tf.Tensor {
  return tf.neg(tf.expm1(tf.mul(updates, Math.log(beta))));
}
