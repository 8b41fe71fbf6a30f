/** Norms in steps, by statistics of more than what is at hand, as operations of ours (`native/fused-norm.h`). */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MOMENTS, NORMALISE, NORMALISE_GRADIENT, THROUGH_STATISTICS } from '../direct-norm.ts';
import { nativeBackend, type NativeAttribute } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

const NORM = ['mean', 'variance', 'gamma'];

/** {x} → [mean, variance]. */
const moments = kernel(MOMENTS, ['x'], [], 2);
/** {x, mean, variance, gamma, beta} {epsilon} → y. */
const normalise = kernel(NORMALISE, ['x', ...NORM, 'beta'], ['epsilon', 'rectified'], 1);
/** {dy, x, mean, variance, gamma} {epsilon} → [dx, dgamma, dbeta]. */
const normaliseGradient = kernel(NORMALISE_GRADIENT, ['dy', 'x', ...NORM], ['epsilon', 'rectified'], 3);
/** {slope, x, mean, variance, gamma, dgamma, dbeta} {epsilon, count} → dx. */
const throughStatistics = kernel(
  THROUGH_STATISTICS,
  ['slope', 'x', ...NORM, 'dgamma', 'dbeta'],
  ['epsilon', 'count'],
  1,
);

export const givenNormKernels: readonly NativeKernel[] = [moments, normalise, normaliseGradient, throughStatistics];

/** @param inputs in the operation's order. @param attributes whole numbers are 0 where a call has none. */
function kernel(name: string, inputs: readonly string[], attributes: readonly string[], outputs: number): NativeKernel {
  return {
    kernelName: name,
    kernelFunc: ({ inputs: given, attrs }) => {
      const backend = nativeBackend();
      const { TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding;
      const numbers = attributes.map((attribute) => ({
        name: attribute,
        type: attribute === 'rectified' ? TF_ATTR_INT : TF_ATTR_FLOAT,
        value: Number(attrs?.[attribute] ?? 0),
      }));
      const type: NativeAttribute = { name: 'T', type: TF_ATTR_TYPE, value: TF_DTYPE.float32 };
      const tensors = inputs.map((input) => (given as Record<string, TensorInfo>)[input]!);
      if (outputs === 1) return backend.executeSingleOutput(name, [type, ...numbers], tensors);
      return backend.executeMultipleOutputs(name, [type, ...numbers], tensors, outputs);
    },
  };
}
