/** Runs as they stand: what the library remembers, corrected by who really trains them and what is on disk. */
import type { Run, RunHost, RunStore } from './ports/runs.ts';

export function listRuns(runs: RunStore, host: RunHost): readonly Run[] {
  return runs.list().map((run) => runAsItStands(run, host));
}

/** A run marked running whose process is gone rests at its newest checkpoint, or waits when it has none. */
export function runAsItStands(run: Run, host: RunHost): Run {
  if (run.status !== 'running' && run.status !== 'pausing') return run;
  const { isHeld, checkpoint } = host.inspect(run.id);
  if (isHeld) return run;
  if (checkpoint === null) return { ...run, status: 'queued', step: 0, elapsedMs: 0 };
  return { ...run, status: 'paused', ...checkpoint };
}
