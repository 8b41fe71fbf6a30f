/** TensorFlow for a test that would take minutes on the plain CPU backend. */
import { loadTensorFlow } from '#tensorflow/load.ts';

/** Makes TensorFlow, with its own kernels for our operations, the current backend on two threads. */
export async function loadTensorflow(): Promise<void> {
  await loadTensorFlow({ threads: 2 });
}
