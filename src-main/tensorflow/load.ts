/** Loads TensorFlow into this process or worker thread, once. */
import './node-shim.ts';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { KindredError, messageOf } from '#base/errors.ts';
import { tensorFlowEnvironment } from './environment.ts';
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
 * Loads the native library (about a second), makes its backend current and registers our kernels for it.
 *
 * Variables that the environment has already are left as they are. Calling it again is free.
 *
 * @throws KindredError `setup.incomplete` when the library or the addon can't be loaded.
 */
export async function loadTensorFlow(settings: TensorFlowSettings = { threads: null }): Promise<LoadedTensorFlow> {
  if (isMainThread) Object.assign(process.env, tensorFlowEnvironment(settings.threads));
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
