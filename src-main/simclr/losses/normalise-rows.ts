import * as tf from '@tensorflow/tfjs-core';

/** Inside the root: the gradient of a row of zeros stays finite. */
const EPSILON = 1e-12;

export interface UnitRows {
  /** float32 [n, D], rows of length 1 (shorter only below a length of about 10⁻⁵). */
  readonly unit: tf.Tensor2D;
  /** float32 [n, 1], 1 / √(length² + ε). */
  readonly inverseLength: tf.Tensor2D;
}

/** Divides each row by √(its squared length + ε). */
export function normaliseRows(rows: tf.Tensor2D): UnitRows {
  const inverseLength = tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), EPSILON)) as tf.Tensor2D;
  return { unit: tf.mul(rows, inverseLength), inverseLength };
}

/**
 * From ∂/∂unit to ∂/∂rows: inverseLength · (slope − unit · (unit · slope)), exact with ε.
 *
 * @param slope float32 [n, D].
 */
export function normaliseRowsGradient(slope: tf.Tensor2D, { unit, inverseLength }: UnitRows): tf.Tensor2D {
  const along = tf.sum(tf.mul(unit, slope), 1, true);
  return tf.mul(tf.sub(slope, tf.mul(unit, along)), inverseLength);
}
