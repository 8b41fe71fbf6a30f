/**
 * NT-Xent, the contrastive loss of SimCLR (paper, Eq. 1), with its gradient in closed form.
 *
 * Rows i and i + N are two views of image i. With u the rows at length 1, s = u·uᵀ / τ without its diagonal, p the
 * softmax of each row of s, and u⁺ the rows with the two halves exchanged:
 *
 *   loss     = mean over 2N rows of (ln Σ exp s − u·u⁺ / τ)
 *   ∂loss/∂u = ((p + pᵀ)·u − 2u⁺) / (2N·τ)
 *
 * In closed form, because tfjs's gradients of sums carry constants of ones as large as s.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '#base/shapes.ts';
import { normaliseRows, normaliseRowsGradient } from './normalise-rows.ts';

/** Stands for −∞ on the diagonal; finite, because −∞ · 0 is not a number. */
export const EXCLUDED = 1e9;

/**
 * @param projections float32 [2N, D], N ≥ 2, of any length: rows are normalised here.
 * @param temperature τ > 0.
 * @returns float32 scalar, in nats; ln(2N − 1) when all projections are equal. Differentiable in the projections.
 * @throws ShapeError when the number of rows is odd or below 4.
 */
export function ntXentLoss(projections: tf.Tensor2D, temperature: number): tf.Scalar {
  checkPairs(projections);
  const differentiable = tf.customGrad((input, save) => {
    const rows = normaliseRows(input as tf.Tensor2D);
    const similarities = pairSimilarities(rows.unit, temperature);
    const highest = tf.max(similarities, 1, true);
    const exponentials = tf.exp(tf.sub(similarities, highest));
    const sums = tf.sum(exponentials, 1, true);
    const positives = tf.div(tf.sum(tf.mul(rows.unit, exchangeHalves(rows.unit)), 1, true), temperature);
    const value = tf.mean(tf.sub(tf.add(highest, tf.log(sums)), positives));
    (save as tf.GradSaveFunc)([rows.unit, rows.inverseLength, tf.div(exponentials, sums)]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, temperature) };
  });
  return differentiable(projections) as tf.Scalar;
}

function gradient(dy: tf.Tensor, saved: tf.Tensor[], temperature: number): tf.Tensor2D {
  return tf.tidy(() => {
    const [unit, inverseLength, shares] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const attracted = tf.add(tf.matMul(shares, unit), tf.matMul(shares, unit, true, false));
    const slope = tf.sub(attracted, tf.mul(exchangeHalves(unit), 2));
    const scaled = tf.mul(slope, tf.div(dy, unit.shape[0] * temperature)) as tf.Tensor2D;
    return normaliseRowsGradient(scaled, { unit, inverseLength });
  });
}

/** The loss of a network that tells nothing apart, ln(2N − 1), in nats. */
export function noSignalLoss(batchSize: number): number {
  return Math.log(2 * batchSize - 1);
}

/** u·uᵀ / τ with the diagonal at −10⁹: float32 [2N, 2N]. Each row's candidates are the other 2N − 1. */
export function pairSimilarities(unit: tf.Tensor2D, temperature: number): tf.Tensor2D {
  const count = unit.shape[0];
  const index = tf.range(0, count);
  const isSelf = tf.equal(tf.reshape(index, [count, 1]), tf.reshape(index, [1, count]));
  const similarities = tf.div(tf.matMul(unit, unit, false, true), temperature);
  return tf.sub(similarities, tf.mul(tf.cast(isSelf, 'float32'), EXCLUDED));
}

/** Rows N … 2N − 1, then rows 0 … N − 1: each row's other view. */
export function exchangeHalves(rows: tf.Tensor2D): tf.Tensor2D {
  const [count, size] = rows.shape;
  const half = count / 2;
  return tf.concat([tf.slice(rows, [half, 0], [half, size]), tf.slice(rows, [0, 0], [half, size])], 0);
}

function checkPairs(projections: tf.Tensor2D): void {
  const [count] = projections.shape;
  if (projections.rank !== 2 || count < 4 || count % 2 !== 0) {
    const shape = projections.shape.join(', ');
    throw new ShapeError(`Projections must be [2N, D] with N ≥ 2: two views of each of N images. Got [${shape}].`);
  }
}
