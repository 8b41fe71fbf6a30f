import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean over height and width: float32 [n, h, w, c] → [n, c].
 *
 * With a gradient of its own, because tfjs's multiplies by a constant of ones as large as x, which a recorded step
 * would carry along.
 */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  const [rows, height, width, channels] = x.shape;
  const pool = tf.customGrad((input) => ({
    value: tf.mean(input as tf.Tensor, [1, 2]),
    gradFunc: (dy: tf.Tensor) =>
      tf.tidy(() => {
        const share = tf.reshape(tf.mul(dy, 1 / (height * width)), [rows, 1, 1, channels]);
        return tf.tile(share, [1, height, width, 1]);
      }),
  }));
  return pool(x) as tf.Tensor2D;
}
