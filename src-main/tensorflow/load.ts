/** Loads TensorFlow into this process or worker thread, once. */
import './node-shim.ts';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { KindredError, messageOf } from '#base/errors.ts';
import { registerNativeKernels } from './kernels/register-native-kernels.ts';
import { nativeBackend, type NativeBackend } from './native-backend.ts';

export interface TensorFlowSettings {
  /** Threads that share the work of one operation; null: one for each core. */
  readonly threads: number | null;
}

export interface LoadedTensorFlow {
  readonly backend: NativeBackend;
  /** Of the native library, e.g. `2.21.0`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  readonly threads: number;
}

/**
 * The environment a process needs from its start so that TensorFlow is quiet, takes as many threads as it is given and
 * grows into a GPU's memory. A worker thread's environment is a copy that native code does not see: a process that
 * loads TensorFlow in a worker thread is started with these.
 */
export function tensorFlowEnvironment({ threads }: TensorFlowSettings): Record<string, string> {
  const count = String(threads ?? availableParallelism());
  return {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
    OMP_NUM_THREADS: count,
  };
}

/**
 * Loads the native library (about a second), makes its backend current and registers our kernels for it.
 *
 * Variables that the environment has already are left as they are. Calling it again is free.
 *
 * @throws KindredError `setup.incomplete` when the library or the addon can't be loaded.
 */
export async function loadTensorFlow(settings: TensorFlowSettings = { threads: null }): Promise<LoadedTensorFlow> {
  if (isMainThread) {
    for (const [name, value] of Object.entries(tensorFlowEnvironment(settings))) process.env[name] ??= value;
  }
  try {
    await import('@tensorflow/tfjs-node');
  } catch (error) {
    const reason = messageOf(error);
    throw new KindredError(
      'setup.incomplete',
      `TensorFlow can't be loaded: ${reason} Run the set-up again.`,
      { reason },
      error,
    );
  }
  await tf.setBackend('tensorflow');
  registerNativeKernels();
  const backend = nativeBackend();
  return {
    backend,
    version: backend.binding.TF_Version,
    device: backend.binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    threads: Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? availableParallelism()),
  };
}
