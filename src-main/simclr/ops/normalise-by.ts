/**
 * Batch norm in steps, for a batch that is gone through in parts: the moments of a part, the norm by the moments of the whole
 * batch, and its gradient, to which `throughStatistics` adds what goes through those moments. Last axis channels.
 *
 * A backend that has kernels for them computes each in one operation, any other in the composed ones.
 */
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM_EPSILON } from './batch-norm.ts';
import {
  composedMoments,
  composedNormaliseBy,
  composedSlopes,
  composedThroughStatistics,
} from './composed-normalise-by.ts';
import { MOMENTS, NORMALISE, NORMALISE_GRADIENT, THROUGH_STATISTICS } from './kernel-names.ts';

/** Of each channel: float32 [c], the variance biased. */
export interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** What a batch norm goes by when its statistics come from outside; all float32 [c]. */
export interface GivenNorm extends Moments {
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
}

/** ∂/∂γ = Σ dy·x̂ and ∂/∂β = Σ dy over the whole batch, float32 [c]. */
export interface NormSums {
  readonly dgamma: tf.Tensor;
  readonly dbeta: tf.Tensor;
}

/** Channels are worked on in sixteens. */
const LANES = 16;

/** @param x float32 [..., c]. */
export function moments(x: tf.Tensor): Moments {
  if (!hasKernels(x)) return composedMoments(x);
  const [mean, variance] = tf.engine().runKernel<tf.Tensor[]>(MOMENTS, { x });
  return { mean: mean!, variance: variance! };
}

/**
 * Batch norm by given statistics: (x − mean) / √(variance + ε) · γ + β.
 *
 * Differentiable in x, γ and β with the statistics held constant; `throughStatistics` adds what is missing.
 */
export function normaliseBy<T extends tf.Tensor>(x: T, { mean, variance, gamma, beta }: GivenNorm): T {
  const norm = tf.customGrad((...given) => {
    const [input, scale, shift, save] = given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, scale]);
    const value = normalised(input, { mean, variance, gamma: scale, beta: shift });
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => [...slopes(dy, saved, { mean, variance })];
    return { value, gradFunc };
  });
  return norm(x, gamma, beta) as T;
}

function normalised(x: tf.Tensor, norm: GivenNorm): tf.Tensor {
  if (!hasKernels(x)) return composedNormaliseBy(x, norm);
  return tf.engine().runKernel<tf.Tensor>(NORMALISE, { x, ...norm }, ATTRIBUTES);
}

/** Of x, γ and β. */
function slopes(dy: tf.Tensor, saved: readonly tf.Tensor[], { mean, variance }: Moments): readonly tf.Tensor[] {
  const [x, gamma] = saved as [tf.Tensor, tf.Tensor];
  if (!hasKernels(x)) return composedSlopes(dy, x, { mean, variance, gamma });
  return tf.engine().runKernel<tf.Tensor[]>(NORMALISE_GRADIENT, { dy, x, mean, variance, gamma }, ATTRIBUTES);
}

/**
 * The gradient of a normalised tensor, when mean and variance are those of the whole batch and so depend on x too:
 * γ/σ · (dy − (Σdy + x̂ · Σ dy·x̂) / n).
 *
 * @param slope γ/σ · dy, what `normaliseBy` gives for x: of one part of the batch.
 * @param count n, values of a channel in the batch.
 */
export function throughStatistics(
  slope: tf.Tensor,
  x: tf.Tensor,
  norm: Omit<GivenNorm, 'beta'>,
  sums: NormSums,
  count: number,
): tf.Tensor {
  if (!hasKernels(x)) return composedThroughStatistics(slope, x, norm, sums, count);
  const tensors = { slope, x, ...norm, ...sums };
  return tf.engine().runKernel<tf.Tensor>(THROUGH_STATISTICS, tensors, { ...ATTRIBUTES, count });
}

const ATTRIBUTES = { epsilon: BATCH_NORM_EPSILON };

function hasKernels(x: tf.Tensor): boolean {
  return x.shape.at(-1)! % LANES === 0 && tf.getKernel(NORMALISE, tf.getBackend()) !== undefined;
}
