/** Batch norm as one operation forward and one backward. Importing this registers its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { BATCH_NORM, BATCH_NORM_GRADIENT } from './kernel-names.ts';
import { registerComposedKernels } from './register-composed-kernels.ts';

export const BATCH_NORM_EPSILON = 1e-5;

export interface BatchNormResult {
  /** Shape of x. */
  readonly y: tf.Tensor4D;
  /** [c]. */
  readonly batchMean: tf.Tensor1D;
  /** [c], Σ(x − mean)² / (count − 1): what running statistics take in. */
  readonly batchVariance: tf.Tensor1D;
}

/**
 * Normalises each channel by the batch's own mean and (biased) variance, ε = 1e-5, then scales by γ and shifts by β.
 * Differentiable in x, γ and β through `y`; the statistics are constants to a gradient.
 *
 * @param x float32 [n, h, w, c]. @param gamma float32 [c]. @param beta float32 [c].
 */
export function batchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D): BatchNormResult {
  const outputs = runKernel(BATCH_NORM, { x, gamma, beta }, { epsilon: BATCH_NORM_EPSILON });
  const [y, batchMean, batchVariance] = outputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  return { y, batchMean, batchVariance };
}

/**
 * All three gradients are computed at once, before the closures are handed over: the engine calls each closure inside
 * a `tidy` of its own, which would dispose the two it does not return.
 */
tf.registerGradient({
  kernelName: BATCH_NORM,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, false, false, true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, gamma, reserve1, reserve2, reserve3] = saved as [tf.Tensor, ...tf.Tensor[]] & { length: 5 };
    const dy = Array.isArray(dys) ? dys[0]! : dys;
    const inputs = { dy, x, gamma, reserve1, reserve2, reserve3 } as unknown as tf.NamedTensorMap;
    const [dx, dgamma, dbeta] = runKernel(BATCH_NORM_GRADIENT, inputs, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});

registerComposedKernels('cpu');

function runKernel(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attrs);
}
