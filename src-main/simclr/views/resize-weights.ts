import * as tf from '@tensorflow/tfjs-core';

/** Farther than any output looks, in pixels. */
const OUT_OF_SIGHT = 1e6;

/**
 * Matrices that resize the first pixels of a line to `side` pixels: bilinear with half-pixel centres, support widened
 * when shrinking (antialiased), clamped to the box. These are torchvision's `resize(antialias=True)` weights.
 *
 * Output i has its centre at (i + ½) · scale; input k weighs support − |k + ½ − centre| where positive,
 * support = max(1, scale); then each row is divided by its sum. The scale comes as a number, because a graph's optimizer
 * may turn a division into a product and so move centres by 10⁻⁵ pixels.
 *
 * @param scales float32 [2, n]: length of the box / side; row 0 vertically, row 1 horizontally.
 * @param flips float32 [2, n], 1 to take outputs in reverse; null when nothing is ever flipped.
 * @param total what a row of the vertical matrices sums to; one of the horizontal ones sums to 1.
 * @returns [2, n, side, canvas].
 */
export function resizeWeights(
  scales: tf.Tensor2D,
  flips: tf.Tensor2D | null,
  side: number,
  canvas: number,
  total: number,
): tf.Tensor4D {
  const count = scales.shape[1];
  const scale = tf.reshape(scales, [2, count, 1]);
  const support = tf.reshape(tf.maximum(scale, 1), [2, count, 1, 1]);
  const positions = tf.reshape(positionsOf(scale, side, canvas), [2, count, 1, canvas]);
  const centres = tf.reshape(centresOf(scale, flips, side), [2, count, side, 1]);
  const weights = tf.relu(tf.sub(support, tf.abs(tf.sub(positions, centres))));
  return tf.mul(weights, tf.div(tf.tensor([total, 1], [2, 1, 1, 1]), tf.sum(weights, 3, true)));
}

/** [2, n, side]: where each output looks, in pixels of the box. */
function centresOf(scale: tf.Tensor, flips: tf.Tensor2D | null, side: number): tf.Tensor {
  const outputs = middles(side);
  if (flips === null) return tf.mul(scale, outputs);
  // A mirrored output looks where its counterpart does: side − (i + ½) for i + ½.
  const flip = tf.reshape(flips, scale.shape);
  const mirrored = tf.add(tf.mul(flip, side), tf.mul(tf.sub(1, tf.mul(flip, 2)), outputs));
  return tf.mul(scale, mirrored);
}

/** [2, n, canvas]: k + ½, or out of sight beyond the box. */
function positionsOf(scale: tf.Tensor, side: number, canvas: number): tf.Tensor {
  const inputs = middles(canvas);
  // The box's length is whole, the middles are halves: rounding does not matter here.
  const isBeyond = tf.cast(tf.greater(inputs, tf.mul(scale, side)), 'float32');
  return tf.add(inputs, tf.mul(isBeyond, OUT_OF_SIGHT));
}

/** ½, 1½ … as [1, 1, count]. */
function middles(count: number): tf.Tensor3D {
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => i + 0.5),
    [1, 1, count],
  );
}
