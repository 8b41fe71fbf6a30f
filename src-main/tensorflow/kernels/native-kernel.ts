import type { KernelConfig } from '@tensorflow/tfjs-core';

/** A kernel of ours for the `tensorflow` backend. */
export type NativeKernel = Omit<KernelConfig, 'backendName'>;
