import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerRecipe } from '../recipe.ts';
import type { ParameterUpdate } from './update.ts';

/**
 * SGD with momentum as PyTorch has it: weight decay is part of the gradient, the learning rate is outside the buffer.
 *
 *   g ← g + wd·w;  v ← m·v + g;  w ← w − lr·(Nesterov: g + m·v, else v)
 */
export function sgdUpdate(
  { weight, slots }: ParameterUpdate,
  gradient: tf.Tensor,
  learningRate: tf.Scalar,
  { momentum, nesterov, weightDecay }: Pick<OptimizerRecipe, 'momentum' | 'nesterov' | 'weightDecay'>,
): ParameterUpdate {
  return tf.tidy(() => {
    const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(weight, weightDecay));
    const velocity = tf.add(tf.mul(slots[0]!, momentum), decayed);
    const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
    return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: [velocity] };
  });
}
