/** Removing a run with its checkpoints. Originals, the pixel cache and other runs are not touched. */
import type { Run, RunHost, RunStore } from './ports/runs.ts';

/** The folder goes first: a row without a folder would be a run that can't be opened. @throws KindredError `run.active`. */
export function removeRun(runs: RunStore, host: RunHost, run: Run): void {
  host.removeFolder(run.id);
  runs.remove(run.id);
}
