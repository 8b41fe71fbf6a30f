import { isRunId, type RunId } from '#base/ids.ts';

/** What an encoder's vectors are stored under. Lower-case letters, digits and dashes. */
export function encoderKey(runId: RunId, checkpointStep: number, output: 'h' | 'z'): string {
  return `${runId}-${checkpointStep}-${output}`;
}

/** The run whose vectors a key holds; null for those of no run. */
export function runOfEncoderKey(key: string): RunId | null {
  const runId = /^(.+)-\d+-[hz]$/.exec(key)?.[1] ?? '';
  return isRunId(runId) ? runId : null;
}
