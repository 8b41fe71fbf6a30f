/**
 * Puts right what a process that ended without a word (kill −9, a power cut) left in a library. Done by each that comes to
 * hold it, before anything else.
 *
 * Y1  A run that was being removed is gone; a run's folder that no row names is a run again when it holds a
 *     checkpoint, and gone when it does not; vectors of a run that is gone are gone.
 * Y2  A run that nobody trains is not said to be trained or to wait. That it was cut off is told until somebody knows.
 *
 * What may take longer is done elsewhere: acts that were under way (`editing/acts-in-parts.ts`), datasets that wait to be
 * erased (`erase-datasets.ts`).
 */
import { madeMs, type RunId } from '#base/ids.ts';
import { runOfEncoderKey } from './encoder-key.ts';
import type { EncoderVectors } from './ports/image-traces.ts';
import type { RunHost, RunStore } from './ports/runs.ts';
import { interruptedRun } from './running/interrupted-run.ts';
import { queuedRun } from './running/queued-run.ts';

export interface SettlePorts {
  readonly runs: RunStore;
  readonly host: RunHost;
  readonly vectors: EncoderVectors;
  /** Who held the library before ended without a word, so what waited for its turn was not sent away by anybody. */
  readonly isAfterKill: boolean;
}

export function settleLibrary({ runs, host, vectors, isAfterKill }: SettlePorts): void {
  for (const id of host.listPutAside()) {
    runs.remove(id);
    host.removePutAside(id);
  }
  for (const id of host.listFolders()) if (runs.find(id) === null) settleFolder(runs, host, id);
  for (const key of vectors.keys()) {
    const id = runOfEncoderKey(key);
    if (id !== null && runs.find(id) === null) vectors.remove(key);
  }
  settleRows(runs, host, isAfterKill);
}

/** A folder that no row names: the process died before it wrote the row, or the database is an older copy. */
function settleFolder(runs: RunStore, host: RunHost, id: RunId): void {
  const { checkpoint, totalSteps, isHeld } = host.inspect(id);
  if (isHeld) return;
  if (checkpoint === null) return host.removeFolder(id);
  const status = totalSteps === checkpoint.step ? 'finished' : 'paused';
  const plan = host.findPlan(id);
  if (plan !== null) runs.insert({ ...queuedRun(plan, madeMs(id)), status, totalSteps, ...checkpoint });
}

function settleRows(runs: RunStore, host: RunHost, isAfterKill: boolean): void {
  for (const run of runs.list()) {
    if (!['queued', 'running', 'pausing'].includes(run.status) || host.inspect(run.id).isHeld) continue;
    const isTold = run.status !== 'queued' || isAfterKill;
    runs.update(run.id, { ...interruptedRun(run, host), ...(isTold ? {} : { interruptedStep: null }) });
  }
}
