/**
 * A run whose process ended without a word (kill −9, a power cut): it rests at its newest checkpoint. How far it had come
 * is kept with it until it goes on, or somebody has put that notice away.
 */
import type { Run, RunChange, RunHost } from '../ports/runs.ts';

/** What is to be written of a run that nobody trains and that is said to be trained, to pause or to wait. */
export function interruptedRun(run: Run, host: Pick<RunHost, 'inspect' | 'readEvents'>): RunChange {
  const rest = host.inspect(run.id).checkpoint ?? { step: 0, elapsedMs: 0 };
  const reached = Math.max(run.step, rest.step, lastStepOf(run, host));
  // A pause that was asked for and lost nothing is what somebody wanted.
  const isAsWanted = run.status === 'pausing' && reached === rest.step;
  return { status: 'paused', ...rest, interruptedStep: isAsWanted ? null : reached };
}

/** The library's row is written every other second; the run's own lines go further. */
function lastStepOf({ id }: Run, host: Pick<RunHost, 'readEvents'>): number {
  const last = host.readEvents(id).findLast(({ kind }) => kind === 'progress');
  return last !== undefined && 'step' in last ? last.step : 0;
}
