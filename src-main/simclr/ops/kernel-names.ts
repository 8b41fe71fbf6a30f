/**
 * Operations of our own, by kernel name. A backend that has a faster way registers a kernel under the same name
 * before the first use; every other backend gets the composed ones (`register-composed-kernels.ts`).
 *
 * KindredBatchNorm      {x, gamma, beta} {epsilon} → [y, batchMean, batchVariance, reserve1, reserve2, reserve3]
 *                       x float32 [n, h, w, c]; batchVariance is unbiased; the reserves are the kernel's own notes for
 *                       the gradient: kernel and gradient kernel of one backend agree on them, nobody else reads them.
 * KindredBatchNormGrad  {dy, x, gamma, reserve1, reserve2, reserve3} {epsilon} → [dx, dgamma, dbeta]
 * KindredReluGrad       {dy, y} → dx, any shape: dy where y > 0, else 0.
 * KindredDrawViews      {canvas, numbers, slotOfRow} {side, linearCount, streams, hasHue, hasGrey, blurRadius} → views,
 *                       as `views/draw-views.ts` says.
 * KindredUpdate         {weight0 … gradient0 … slot0 … learningRate, step} {count, slots, rule, isAdapted and the settings
 *                       of `OptimizerRecipe`} → the next weights, then slots, as `optimizers/update.ts` says; slots: all
 *                       first ones, then all second ones
 * KindredGlobalNorm     {tensor0 …} {count} → scalar, √(Σ over all tensors of Σ x²)
 * KindredMoments, KindredNormalise, KindredNormaliseGrad, KindredThroughStatistics
 *                       {x} → [mean, variance]; {x, mean, variance, gamma, beta} {epsilon} → y;
 *                       {dy, x, mean, variance, gamma} {epsilon} → [dx, dgamma, dbeta];
 *                       {slope, x, mean, variance, gamma, dgamma, dbeta} {epsilon, count} → dx: as `normalise-by.ts` says
 *
 * From KindredDrawViews on they have no composed kernel: where a backend has none, what they stand for is composed in its place.
 */
export const BATCH_NORM = 'KindredBatchNorm';
export const BATCH_NORM_GRADIENT = 'KindredBatchNormGrad';
export const RELU_GRADIENT = 'KindredReluGrad';
export const DRAW_VIEWS = 'KindredDrawViews';
export const UPDATE = 'KindredUpdate';
export const GLOBAL_NORM = 'KindredGlobalNorm';
export const MOMENTS = 'KindredMoments';
export const NORMALISE = 'KindredNormalise';
export const NORMALISE_GRADIENT = 'KindredNormaliseGrad';
export const THROUGH_STATISTICS = 'KindredThroughStatistics';
