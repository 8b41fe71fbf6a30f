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
 *                       as `views/draw-views.ts` says; its composed form is there, not a kernel.
 */
export const BATCH_NORM = 'KindredBatchNorm';
export const BATCH_NORM_GRADIENT = 'KindredBatchNormGrad';
export const RELU_GRADIENT = 'KindredReluGrad';
export const DRAW_VIEWS = 'KindredDrawViews';
