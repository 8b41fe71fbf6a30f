/** Runs as they stand: what the library remembers, corrected by who really trains them and what is on disk. */
import type { Run, RunHost, RunStore } from './ports/runs.ts';
import { interruptedRun } from './running/interrupted-run.ts';

/** @param isLibraryHeld some process holds the library, so that what waits may have its turn yet. */
export function listRuns(runs: RunStore, host: RunHost, isLibraryHeld: boolean): readonly Run[] {
  return runs.list().map((run) => runAsItStands(run, host, isLibraryHeld));
}

/** A run marked running whose process is gone rests at its newest checkpoint; so does one that nobody will start. */
export function runAsItStands(run: Run, host: RunHost, isLibraryHeld: boolean): Run {
  const isWaiting = run.status === 'queued';
  if (!isWaiting && run.status !== 'running' && run.status !== 'pausing') return run;
  const { isHeld, checkpoint } = host.inspect(run.id);
  if (isHeld || (isWaiting && isLibraryHeld)) return run;
  if (isWaiting) return { ...run, status: 'paused', ...(checkpoint ?? { step: 0, elapsedMs: 0 }) };
  return { ...run, ...interruptedRun(run, host) };
}
