import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerRecipe } from '../recipe.ts';
import type { ParameterUpdate } from './update.ts';

/**
 * LARS (You et al. 2017) as SimCLR trains with it: the learning rate is inside the buffer.
 *
 *   g ← g + wd·w;  trust = η‖w‖ / ‖g‖ where both norms are above 0, else 1;  v ← m·v + lr·trust·g;  w ← w − v
 *
 * @param isAdapted false for biases and for the scale and shift of normalisations: neither decay nor trust, so a
 *   parameter that starts at 0 moves like any other.
 */
export function larsUpdate(
  { weight, slots }: ParameterUpdate,
  gradient: tf.Tensor,
  learningRate: tf.Scalar,
  { momentum, weightDecay, trustCoefficient }: Pick<OptimizerRecipe, 'momentum' | 'weightDecay' | 'trustCoefficient'>,
  isAdapted: boolean,
): ParameterUpdate {
  return tf.tidy(() => {
    const decayed = isAdapted && weightDecay > 0 ? tf.add(gradient, tf.mul(weight, weightDecay)) : gradient;
    const rate = isAdapted ? tf.mul(learningRate, trustRatio(weight, decayed, trustCoefficient)) : learningRate;
    const velocity = tf.add(tf.mul(slots[0]!, momentum), tf.mul(decayed, rate));
    return { weight: tf.sub(weight, velocity), slots: [velocity] };
  });
}

function trustRatio(weight: tf.Tensor, gradient: tf.Tensor, coefficient: number): tf.Tensor {
  const weightNorm = tf.sqrt(tf.sum(tf.square(weight)));
  const gradientNorm = tf.sqrt(tf.sum(tf.square(gradient)));
  const isDefined = tf.logicalAnd(tf.greater(weightNorm, 0), tf.greater(gradientNorm, 0));
  // The divisor is 1 where the ratio is not used: no division by 0 is ever made.
  const divisor = tf.where(isDefined, gradientNorm, tf.onesLike(gradientNorm));
  return tf.where(isDefined, tf.div(tf.mul(weightNorm, coefficient), divisor), tf.onesLike(gradientNorm));
}
