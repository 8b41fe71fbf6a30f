import * as tf from '@tensorflow/tfjs-core';
import { RELU_GRADIENT } from './kernel-names.ts';

/** dy where the ReLU let something through, else 0. */
export const composedReluGradient = {
  kernelName: RELU_GRADIENT,
  kernelFunc: ({ inputs }: Parameters<tf.KernelFunc>[0]): tf.Tensor =>
    tf.tidy(() => {
      const { dy, y } = inputs as { dy: tf.Tensor; y: tf.Tensor };
      return tf.mul(dy, tf.cast(tf.greater(y, 0), 'float32'));
    }),
};
