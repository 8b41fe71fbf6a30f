/** What tells a healthy run from a collapsed or an idle one, from the projections of a step. Without gradients. */
import * as tf from '@tensorflow/tfjs-core';
import { normaliseRows } from './normalise-rows.ts';
import { exchangeHalves, pairSimilarities } from './nt-xent.ts';

export interface ContrastiveMeasures {
  /** Share of rows whose most similar candidate among 2N − 1 is their other view. */
  readonly contrastiveAccuracy: tf.Scalar;
  /** Standard deviation of the normalised projections over the batch, mean over dimensions: 1/√d spread out, 0 collapsed. */
  readonly projectionStd: tf.Scalar;
  /** E‖u − u⁺‖² (Wang & Isola 2020): 0 when both views agree. */
  readonly alignment: tf.Scalar;
  /** ln E exp(−2‖u − u′‖²) over pairs of different rows (Wang & Isola 2020): 0 collapsed, lower is more even. */
  readonly uniformity: tf.Scalar;
}

/**
 * The similarities are written down again rather than taken out of the loss: they are a small product, and in a
 * compiled step equal parts are merged.
 *
 * @param projections float32 [2N, D], rows i and i + N two views of image i.
 */
export function contrastiveMeasures(projections: tf.Tensor2D, temperature: number): ContrastiveMeasures {
  return tf.tidy(() => {
    const { unit } = normaliseRows(projections);
    const [count] = unit.shape;
    const similarities = pairSimilarities(unit, temperature);
    const partners = tf.concat([tf.range(count / 2, count, 1, 'int32'), tf.range(0, count / 2, 1, 'int32')]);
    const { isFound, kernel } = rowMeasures(similarities, partners as tf.Tensor1D, temperature);
    return {
      contrastiveAccuracy: tf.mean(isFound),
      ...spreadMeasures(unit),
      uniformity: tf.log(tf.div(tf.sum(kernel), count * (count - 1))),
    } as ContrastiveMeasures & tf.TensorContainerObject;
  });
}

/**
 * Of some rows: whether each finds its partner (1 or 0), and its sum of exp(−2‖u − u′‖²) over the others; float32 [b].
 *
 * @param similarities float32 [b, 2N], u·u′ / τ with each row's own place at −10⁹. @param partners int32 [b].
 */
export function rowMeasures(
  similarities: tf.Tensor2D,
  partners: tf.Tensor1D,
  temperature: number,
): { readonly isFound: tf.Tensor1D; readonly kernel: tf.Tensor1D } {
  const isFound = tf.cast(tf.equal(tf.argMax(similarities, 1), partners), 'float32') as tf.Tensor1D;
  // ‖u − u′‖² = 2 − 2u·u′; the −10⁹ of the row itself makes its term 0.
  return { isFound, kernel: tf.sum(tf.exp(tf.sub(tf.mul(similarities, 4 * temperature), 4)), 1) };
}

/** What needs no similarities. @param unit float32 [2N, D], rows of length 1. */
export function spreadMeasures(unit: tf.Tensor2D): Pick<ContrastiveMeasures, 'projectionStd' | 'alignment'> {
  const centred = tf.sub(unit, tf.mean(unit, 0, true));
  const distances = tf.sum(tf.square(tf.sub(unit, exchangeHalves(unit))), 1);
  return {
    projectionStd: tf.mean(tf.sqrt(tf.mean(tf.square(centred), 0))),
    alignment: tf.mean(distances),
  };
}
