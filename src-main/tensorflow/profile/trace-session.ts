/** Asks TensorFlow for its timeline of a session's run, through operations of our own (`native/session-trace.cc`). */
import type { NativeBinding } from '../native-backend.ts';

/**
 * The next run of a session in this process is traced.
 *
 * @returns false where there is no tracing: on a GPU, and with an addon that the set-up has not compiled.
 */
export function traceNextRun(binding: NativeBinding): boolean {
  if (binding.isUsingGpuDevice()) return false;
  try {
    binding.executeOp('KindredTraceNextRun', [], [], 0);
    return true;
  } catch {
    return false;
  }
}

/** What was written down of the traced run, a RunMetadata message; empty when it has not ended. */
export function takeTrace(binding: NativeBinding): Uint8Array {
  const [trace] = binding.executeOp('KindredTakeTrace', [], [], 1);
  try {
    const words = binding.tensorDataSync(trace!.id);
    return new Uint8Array(words.buffer, words.byteOffset + 4, words[0]).slice();
  } finally {
    binding.deleteTensor(trace!.id);
  }
}
