import * as tf from '@tensorflow/tfjs-core';

/**
 * Matrices that resize the first pixels of a line to `side` pixels: bilinear with half-pixel centres, support widened
 * when shrinking (antialiased), clamped to the box. These are torchvision's `resize(antialias=True)` weights.
 *
 * Output i has its centre at (i + ½) · length / side; input k weighs 1 − |k + ½ − centre| / support where positive,
 * support = max(1, length / side); each row is divided by its sum.
 *
 * @param lengths float32 [2, n], 1 … canvas: pixels of the box, row 0 vertically, row 1 horizontally.
 * @param flips float32 [2, n], 1 to take outputs in reverse; null when nothing is ever flipped.
 * @returns [2, n, side, canvas]; the vertical ones also divide by 255.
 */
export function resizeWeights(
  lengths: tf.Tensor2D,
  flips: tf.Tensor2D | null,
  side: number,
  canvas: number,
): tf.Tensor4D {
  const count = lengths.shape[1];
  const length = tf.reshape(lengths, [2, count, 1]);
  const inverseSupport = tf.minimum(tf.div(side, length), 1);
  const centres = tf.mul(centresOf(length, flips, side), inverseSupport);
  const weights = tf.relu(tf.sub(1, tf.abs(differences(positionsOf(length, canvas, inverseSupport), centres))));
  const scale = tf.div(tf.tensor([1 / 255, 1], [2, 1, 1, 1]), tf.sum(weights, 3, true));
  return tf.mul(weights, scale);
}

/** [2, n, side]: where each output looks, in pixels of the box. */
function centresOf(length: tf.Tensor, flips: tf.Tensor2D | null, side: number): tf.Tensor {
  const middles = tf.tensor(Float32Array.from({ length: side }, (_, i) => (i + 0.5) / side));
  if (flips === null) return tf.mul(length, tf.reshape(middles, [1, 1, side]));
  const flip = tf.reshape(flips, length.shape);
  // A mirrored output looks where its counterpart does: 1 − m for m.
  const mirrored = tf.add(flip, tf.mul(tf.sub(1, tf.mul(flip, 2)), tf.reshape(middles, [1, 1, side])));
  return tf.mul(length, mirrored);
}

/** [2, n, canvas]: k + ½ over the support; beyond the box so far away that no output sees it. */
function positionsOf(length: tf.Tensor, canvas: number, inverseSupport: tf.Tensor): tf.Tensor {
  const middles = tf.tensor(
    Float32Array.from({ length: canvas }, (_, k) => k + 0.5),
    [1, 1, canvas],
  );
  const isBeyond = tf.cast(tf.greater(middles, length), 'float32');
  return tf.add(tf.mul(middles, inverseSupport), tf.mul(isBeyond, 1e6));
}

/** positions [2, n, canvas] and centres [2, n, side] → [2, n, side, canvas]. */
function differences(positions: tf.Tensor, centres: tf.Tensor): tf.Tensor4D {
  const [two, count, canvas] = positions.shape as [number, number, number];
  const side = centres.shape[2]!;
  return tf.sub(tf.reshape(positions, [two, count, 1, canvas]), tf.reshape(centres, [two, count, side, 1]));
}
