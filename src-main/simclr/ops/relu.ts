/** ReLU whose gradient reads its output, so that nothing else has to be kept, as one operation where a backend has one. */
import * as tf from '@tensorflow/tfjs-core';
import { RELU_GRADIENT } from './kernel-names.ts';
import { registerComposedKernels } from './register-composed-kernels.ts';

/** max(x, 0), any shape; the gradient at 0 is 0. */
export function relu<T extends tf.Tensor>(x: T): T {
  return differentiableRelu(x) as T;
}

const differentiableRelu = tf.customGrad((x, save) => {
  const y = tf.relu(x as tf.Tensor);
  (save as tf.GradSaveFunc)([y]);
  return {
    value: y,
    gradFunc: (dy, saved) => tf.engine().runKernel<tf.Tensor>(RELU_GRADIENT, { dy, y: saved[0]! }),
  };
});

registerComposedKernels('cpu');
