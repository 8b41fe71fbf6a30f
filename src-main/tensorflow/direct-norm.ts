/** Which batch norms are done by operations of ours (`native/fused-norm.h`), whether a step is compiled or not. */
export const BATCH_NORM = 'KindredBatchNorm';
export const BATCH_NORM_GRADIENT = 'KindredBatchNormGrad';

/** Norms in steps, by statistics that are given. */
export const MOMENTS = 'KindredMoments';
export const NORMALISE = 'KindredNormalise';
export const NORMALISE_GRADIENT = 'KindredNormaliseGrad';
export const THROUGH_STATISTICS = 'KindredThroughStatistics';

/** Channels are worked on in sixteens. */
const LANES = 16;

/** @param shape of what is normalised, channels last. */
export function fitsNorm(shape: readonly number[]): boolean {
  return shape.length > 0 && shape.at(-1)! % LANES === 0;
}
