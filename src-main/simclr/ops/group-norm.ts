import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-5;
const WANTED_GROUPS = 32;
/** Position and channel within the group, of [n, h·w, groups, channels per group]. */
const GROUP_AXES = [1, 3];

/** Fewer would make every value of a 1×1 map 0. */
const SMALLEST_GROUP = 2;

/** 32, or the largest number below it that divides the channels into groups of two or more. */
export function groupCount(channels: number): number {
  let groups = Math.max(1, Math.min(WANTED_GROUPS, Math.floor(channels / SMALLEST_GROUP)));
  while (channels % groups !== 0) groups--;
  return groups;
}

/**
 * Group norm (Wu & He 2018): each image's channels, in groups, by their own mean and variance; then γ and β.
 *
 * @param x float32 [n, h, w, c]. @param gamma float32 [c]. @param beta float32 [c].
 */
export function groupNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor4D {
  return tf.add(tf.mul(standardiseGroups(x), gamma), beta);
}

/** Mean 0 and variance 1 in each group of each image. dx = (dy − mean dy − y · mean(dy · y)) / σ. */
function standardiseGroups(x: tf.Tensor4D): tf.Tensor4D {
  const [rows, height, width, channels] = x.shape;
  const groups = groupCount(channels);
  const grouped = [rows, height * width, groups, channels / groups];
  const standardise = tf.customGrad((input, save) => {
    const values = tf.reshape(input as tf.Tensor, grouped);
    const centred = tf.sub(values, tf.mean(values, GROUP_AXES, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), GROUP_AXES, true), EPSILON));
    const y = tf.mul(centred, inverse);
    (save as tf.GradSaveFunc)([y, inverse]);
    return {
      value: tf.reshape(y, x.shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.tidy(() => {
          const [y, inverse] = saved as [tf.Tensor, tf.Tensor];
          const dyGrouped = tf.reshape(dy, grouped);
          const along = tf.mul(y, tf.mean(tf.mul(dyGrouped, y), GROUP_AXES, true));
          const centred = tf.sub(tf.sub(dyGrouped, tf.mean(dyGrouped, GROUP_AXES, true)), along);
          return tf.reshape(tf.mul(centred, inverse), x.shape);
        }),
    };
  });
  return standardise(x) as tf.Tensor4D;
}
