import * as tf from '@tensorflow/tfjs-core';

/**
 * The value of full colour while views are drawn. All operations are homogeneous, so any would do; with 6 one pass
 * (`relu6`) clips at both ends.
 */
export const WHITE = 6;

/** Weights of red, green and blue in the grey of a pixel, torchvision's. */
export const GREY_WEIGHTS = [0.2989, 0.587, 0.114] as const;

/** What a linear operation does to each view: three float32 [n]. */
export interface LinearColour {
  readonly own: tf.Tensor1D;
  readonly grey: tf.Tensor1D;
  /** null when no view's colours are blended with a mean: the mean is then not computed. */
  readonly mean: tf.Tensor1D | null;
}

/**
 * own · x + grey · g + mean · ḡ, clipped to [0, WHITE]: g is the grey of the pixel, ḡ its mean over the view.
 * Brightness, contrast and saturation are all of this form, so one product of 3×3 matrices serves any mix of them.
 *
 * @param planes float32 [n, 3, P]. @returns the same shape.
 */
export function linearColour(planes: tf.Tensor3D, { own, grey, mean }: LinearColour): tf.Tensor3D {
  const mixed = tf.matMul(mixingMatrices(own, grey), planes);
  const shifted = mean === null ? mixed : tf.add(mixed, tf.mul(meanGrey(planes), tf.reshape(mean, [-1, 1, 1])));
  return tf.relu6(shifted as tf.Tensor3D);
}

/** [n, 3, 3], from left: row = resulting colour, column = present colour. */
function mixingMatrices(own: tf.Tensor1D, grey: tf.Tensor1D): tf.Tensor3D {
  const identity = tf.tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 3]);
  const toGrey = tf.tensor([...GREY_WEIGHTS, ...GREY_WEIGHTS, ...GREY_WEIGHTS], [1, 3, 3]);
  return tf.add(tf.mul(identity, tf.reshape(own, [-1, 1, 1])), tf.mul(toGrey, tf.reshape(grey, [-1, 1, 1])));
}

/** [n, 1, 1]. */
function meanGrey(planes: tf.Tensor3D): tf.Tensor {
  const means = tf.mean(planes, 2);
  return tf.reshape(tf.matMul(means, tf.tensor([...GREY_WEIGHTS], [3, 1])), [-1, 1, 1]);
}

/**
 * Makes the flagged views grey, brings colours from [0, WHITE] to [0, 1] and puts those of a pixel side by side, all in
 * one product.
 *
 * @param planes float32 [n, 3, P]. @param flags float32 [n], 1 for grey; null when no view is made grey.
 * @returns float32 [n, P, 3].
 */
export function interleaveAndGrey(planes: tf.Tensor3D, flags: tf.Tensor1D | null): tf.Tensor3D {
  const unit = 1 / WHITE;
  if (flags === null) return tf.matMul(planes, tf.tensor([unit, 0, 0, 0, unit, 0, 0, 0, unit], [1, 3, 3]), true, false);
  const grey = tf.mul(flags, unit);
  return tf.matMul(planes, mixingMatrices(tf.sub(unit, grey) as tf.Tensor1D, grey as tf.Tensor1D), true, true);
}
