/** Asking whichever process trains a run to checkpoint and rest. */
import { setTimeout as wait } from 'node:timers/promises';
import { KindredError } from '#base/errors.ts';
import type { Run, RunHost } from './ports/runs.ts';

const LOOK_AGAIN_MS = 200;

/**
 * Returns once the run rests.
 *
 * @throws KindredError `run.idle` when nobody trains it; `job.interrupted` when `signal` is aborted first (the request
 *   stands).
 */
export async function pauseRun(host: RunHost, run: Run, signal: AbortSignal): Promise<{ readonly step: number }> {
  if (!host.inspect(run.id).isHeld) {
    const text = `Run "${run.name}" (${run.id}) is not being trained (it is ${run.status}), so there is nothing to pause.`;
    throw new KindredError('run.idle', text, { id: run.id, status: run.status });
  }
  host.requestPause(run.id);
  for (;;) {
    const { isHeld, checkpoint } = host.inspect(run.id);
    if (!isHeld) return { step: checkpoint?.step ?? 0 };
    if (signal.aborted)
      throw new KindredError('job.interrupted', 'Stopped waiting; the run was asked to pause and will.');
    await wait(LOOK_AGAIN_MS);
  }
}
