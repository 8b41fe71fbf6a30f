/**
 * NT-Xent by blocks of rows, for batches whose similarities don't fit: of 2N × 2N numbers only `rows` × 2N exist at a
 * time. Value and gradient are those of `ntXentLoss`; a block sees all 2N − 1 candidates of its rows.
 *
 *   ∂loss/∂u = ((p + pᵀ)·u − 2u⁺) / (2N·τ): the block's rows of p give its own rows of p·u, and a summand of pᵀ·u.
 */
import * as tf from '@tensorflow/tfjs-core';
import { rowMeasures, spreadMeasures } from './contrastive-measures.ts';
import { normaliseRows, normaliseRowsGradient } from './normalise-rows.ts';
import { EXCLUDED, exchangeHalves } from './nt-xent.ts';

/** Sums over the block's rows; all float32. */
export interface NtXentBlock {
  readonly loss: tf.Scalar;
  readonly found: tf.Scalar;
  readonly kernel: tf.Scalar;
  /** [rows, D]: the block's rows of p·u. */
  readonly own: tf.Tensor2D;
  /** [2N, D]: the block's summand of pᵀ·u. */
  readonly others: tf.Tensor2D;
}

/**
 * @param projections float32 [2N, D], of any length.
 * @param rows int32 [b], which rows the block consists of. @param weights float32 [b]: 1, or 0 for filling.
 */
export function ntXentBlock(
  projections: tf.Tensor2D,
  rows: tf.Tensor1D,
  weights: tf.Tensor1D,
  temperature: number,
): NtXentBlock {
  return tf.tidy(() => {
    const { unit } = normaliseRows(projections);
    const count = unit.shape[0];
    const block = tf.gather(unit, rows);
    const partners = tf.mod(tf.add(rows, tf.scalar(count / 2, 'int32')), tf.scalar(count, 'int32')) as tf.Tensor1D;
    const index = tf.range(0, count, 1, 'int32');
    const isSelf = tf.equal(tf.reshape(rows, [-1, 1]), tf.reshape(index, [1, count]));
    const products = tf.div(tf.matMul(block, unit, false, true), temperature);
    const similarities = tf.sub(products, tf.mul(tf.cast(isSelf, 'float32'), EXCLUDED)) as tf.Tensor2D;
    const highest = tf.max(similarities, 1, true);
    const exponentials = tf.exp(tf.sub(similarities, highest));
    const sums = tf.sum(exponentials, 1, true);
    const positives = tf.div(tf.sum(tf.mul(block, tf.gather(unit, partners)), 1), temperature);
    const losses = tf.sub(tf.reshape(tf.add(highest, tf.log(sums)), [-1]), positives);
    const shares = tf.mul(exponentials, tf.div(tf.reshape(weights, [-1, 1]), sums)) as tf.Tensor2D;
    const measures = rowMeasures(similarities, partners, temperature);
    return {
      loss: tf.sum(tf.mul(losses, weights)),
      found: tf.sum(tf.mul(measures.isFound, weights)),
      kernel: tf.sum(tf.mul(measures.kernel, weights)),
      own: tf.matMul(shares, unit),
      others: tf.matMul(shares, block, true, false),
    } as NtXentBlock & tf.TensorContainerObject;
  });
}

/**
 * What is left to do when all blocks are summed.
 *
 * @param attracted float32 [2N, D]: (p + pᵀ)·u, the blocks' `own` rows plus the sum of their `others`.
 * @returns `slope` float32 [2N, D], ∂loss/∂projections; `projectionStd` and `alignment` as in `contrastiveMeasures`.
 */
export function ntXentSlope(
  projections: tf.Tensor2D,
  attracted: tf.Tensor2D,
  temperature: number,
): { readonly slope: tf.Tensor2D; readonly projectionStd: tf.Scalar; readonly alignment: tf.Scalar } {
  return tf.tidy(() => {
    const rows = normaliseRows(projections);
    const pulled = tf.sub(attracted, tf.mul(exchangeHalves(rows.unit), 2));
    const scaled = tf.div(pulled, rows.unit.shape[0] * temperature) as tf.Tensor2D;
    return { slope: normaliseRowsGradient(scaled, rows), ...spreadMeasures(rows.unit) };
  });
}
