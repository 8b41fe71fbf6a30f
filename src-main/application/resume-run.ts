/**
 * Going on with a run from its newest complete checkpoint, exactly as if it had never been interrupted; from its plan when
 * it ended before the first.
 */
import { KindredError } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { Run } from './ports/runs.ts';
import { followRun } from './running/follow-run.ts';
import { prepareAgain } from './running/prepare-again.ts';
import type { RunListener, RunPorts, RunResult } from './start-run.ts';

/**
 * @throws KindredError `run.active` when another process trains it; `run.notResumable` when it is finished, or its
 *   images can't be had any more.
 */
export async function resumeRun(
  ports: RunPorts,
  run: Run,
  listener: Omit<RunListener, 'onMade' | 'onChosen'>,
  signal: AbortSignal,
): Promise<RunResult> {
  const { stores, host, clock } = ports;
  if (host.inspect(run.id).isHeld)
    throw new KindredError('run.active', `Run "${run.name}" (${run.id}) is being trained already.`, { id: run.id });
  if (run.status === 'finished') {
    const text = `Run "${run.name}" (${run.id}) is finished at step ${run.step}. Train it for longer, as a new run from its checkpoint: ${longerCommand(run.id)}`;
    throw new KindredError('run.notResumable', text, { id: run.id, step: run.step });
  }
  await prepareAgain(ports, host.readPlan(run.id), listener, signal);
  const outcome = await followRun({ runs: stores.runs, host, clock }, run.id, listener.onEvent, signal);
  return { id: run.id, name: run.name, outcome };
}

/** For messages: how to go on with a run from a terminal. */
export function resumeCommand(id: RunId): string {
  return `npm start -- resume ${id}`;
}

/** For messages: how to train a finished run's encoder for longer. */
export function longerCommand(id: RunId): string {
  return `npm start -- longer ${id} --minutes 60`;
}
