/** Makes our operations work on a backend that has no kernels of its own for them. */
import { getKernel, registerKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import { composedBatchNorm, composedBatchNormGradient } from './composed-batch-norm.ts';
import { composedReluGradient } from './composed-relu-gradient.ts';

type Kernel = Omit<KernelConfig, 'backendName'>;

const composedKernels: readonly Kernel[] = [composedBatchNorm, composedBatchNormGradient, composedReluGradient];

/** Registers the composed kernels for a backend, leaving those it already has. May be called again. */
export function registerComposedKernels(backendName: string): void {
  for (const kernel of composedKernels) {
    if (getKernel(kernel.kernelName, backendName) === undefined) registerKernel({ ...kernel, backendName });
  }
}
