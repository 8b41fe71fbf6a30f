import type { RunId } from '#base/ids.ts';

/** What an encoder's vectors are stored under. Lower-case letters, digits and dashes. */
export function encoderKey(runId: RunId, checkpointStep: number, output: 'h' | 'z'): string {
  return `${runId}-${checkpointStep}-${output}`;
}
