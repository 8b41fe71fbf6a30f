import * as tf from '@tensorflow/tfjs-core';

/**
 * Convolution without bias, padded by ⌊k/2⌋ zeros on every side.
 *
 * TensorFlow's SAME is the same thing at stride 1; at stride 2 it pads (0, 1) where this pads (1, 1), so there the
 * zeros are put on first.
 *
 * @param x float32 [n, h, w, inputs]. @param kernel float32 [k, k, inputs, outputs], k odd.
 * @returns float32 [n, ⌈h / stride⌉, ⌈w / stride⌉, outputs].
 */
export function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  const side = kernel.shape[0];
  if (side === 1) return tf.conv2d(x, kernel, stride, 'valid');
  if (stride === 1) return tf.conv2d(x, kernel, 1, 'same');
  return tf.conv2d(padSides(x, Math.floor(side / 2)), kernel, stride, 'valid');
}

/**
 * 3×3 max-pooling at stride 2, padded by one on every side, of values that are never negative (a ReLU's).
 *
 * Padding with 0 is then as good as with −∞. Every window holds a real value ≥ 0, so the maximum is the same. Where a
 * padded 0 ties with it, the real value is 0 too, and whatever gradient it would have got the ReLU below multiplies
 * by 0.
 *
 * @param x float32 [n, h, w, c], x ≥ 0. @returns float32 [n, ⌈h / 2⌉, ⌈w / 2⌉, c].
 */
export function poolRectified(x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(padSides(x, 1), 3, 2, 'valid');
}

function padSides(x: tf.Tensor4D, width: number): tf.Tensor4D {
  return tf.pad4d(x, [
    [0, 0],
    [width, width],
    [width, width],
    [0, 0],
  ]);
}
