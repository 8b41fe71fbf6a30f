/**
 * Puts right what a process that ended without a word (kill −9, a power cut) left in a library. Done by each that comes to
 * hold it, before anything else.
 *
 * Y1  Images that have left the database leave nothing behind.
 * Y2  A run that was being removed is gone; a run's folder that no row names is a run again when it holds a
 *     checkpoint, and gone when it does not; vectors of a run that is gone are gone.
 * Y3  A run that nobody trains is not said to be trained or to wait.
 * Y4  A dataset whose removal was not taken back in time is gone, and so are its images.
 */
import { isKindredError } from '#base/errors.ts';
import { madeMs, type RunId } from '#base/ids.ts';
import { runOfEncoderKey } from './encoder-key.ts';
import type { Clock } from '#base/clock.ts';
import type { EncoderVectors, ImageTraces } from './ports/image-traces.ts';
import type { LibraryStores } from './ports/library.ts';
import type { RunHost, RunStore } from './ports/runs.ts';
import { eraseRemoved } from './remove-dataset.ts';
import { queuedRun } from './running/queued-run.ts';

export interface SettlePorts {
  readonly stores: LibraryStores;
  readonly host: RunHost;
  readonly traces: ImageTraces;
  readonly vectors: EncoderVectors;
  readonly clock: Clock;
}

export async function settleLibrary({ stores, host, traces, vectors, clock }: SettlePorts): Promise<void> {
  const { images, runs } = stores;
  const noted = traces.noted();
  if (noted.length > 0) {
    await unlessDiskIsFull(async () => {
      await traces.erase(noted.filter((hash) => images.findByHash(hash) === null));
      traces.strike(noted);
    });
  }
  for (const id of host.listPutAside()) {
    runs.remove(id);
    host.removePutAside(id);
  }
  for (const id of host.listFolders()) if (runs.find(id) === null) settleFolder(runs, host, id);
  for (const key of vectors.keys()) {
    const id = runOfEncoderKey(key);
    if (id !== null && runs.find(id) === null) vectors.remove(key);
  }
  settleRows(runs, host);
  await unlessDiskIsFull(() => eraseRemoved(stores, traces, clock.wallMs()));
}

/** On a full disk what is left stays for the next time: the library must open all the same. */
async function unlessDiskIsFull(erase: () => Promise<void>): Promise<void> {
  try {
    await erase();
  } catch (error) {
    if (!isKindredError(error) || error.code !== 'disk.full') throw error;
  }
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

function settleRows(runs: RunStore, host: RunHost): void {
  for (const { id, status } of runs.list()) {
    if (!['queued', 'running', 'pausing'].includes(status)) continue;
    const { isHeld, checkpoint } = host.inspect(id);
    if (!isHeld) runs.update(id, { status: 'paused', ...(checkpoint ?? { step: 0, elapsedMs: 0 }) });
  }
}
