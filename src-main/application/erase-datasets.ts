/**
 * Erasing datasets for good, with the images that no other dataset holds and all that was made from them.
 *
 *   there ──giveUp──▶ given up ──erase──▶ gone
 *   put away ──giveUp, when it was not brought back in time──▶ given up
 *
 * X1  What is given up is out of sight and never comes back.
 * X2  Traces of images go while the rows still name them, then the rows: ended at any moment, the rows that are left say
 *     what is still to be done.
 * X3  However many files there are, others have their turn every few milliseconds.
 */
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import type { ImageTraces } from './ports/image-traces.ts';
import type { HeldFile, LibraryStores } from './ports/library.ts';
import { Turns } from './turns.ts';

/** How long a removal can be taken back. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** Share of the time that goes to traces, about. */
const TRACES_SHARE = 0.5;

export interface ErasurePorts {
  readonly stores: LibraryStores;
  readonly traces: ImageTraces;
}

export interface Erasure {
  /** @param share in [0, 1] of a dataset that is erased. */
  readonly onProgress: (share: number, files: number) => void;
  readonly signal: AbortSignal;
}

/** Durable when it resolves. */
export async function giveUpDataset({ datasets, undo, inTurns }: LibraryStores, id: DatasetId): Promise<void> {
  const giveUp = (): void => {
    datasets.removed.giveUp(id);
    undo.forgetRemoval(id);
  };
  await inTurns([giveUp]);
}

/** Datasets that were given up, and those whose removal was not taken back in time. */
export function datasetsToErase({ datasets }: LibraryStores, nowMs: number): readonly DatasetId[] {
  return datasets.removed.toErase(nowMs - KEPT_MS);
}

/**
 * Erases what `datasetsToErase` names. Nothing may bring images in meanwhile.
 *
 * @throws KindredError `disk.full`; `job.cancelled` when `signal` was aborted. The rest is left for the next time.
 */
export async function eraseRemoved(ports: ErasurePorts, nowMs: number, erasure: Erasure): Promise<void> {
  for (const id of datasetsToErase(ports.stores, nowMs)) {
    await giveUpDataset(ports.stores, id);
    await erase(ports, id, erasure);
  }
}

async function erase({ stores, traces }: ErasurePorts, id: DatasetId, { onProgress, signal }: Erasure): Promise<void> {
  const { datasets, inTurns } = stores;
  const hashes = new Set<string>();
  let files = 0;
  const turns = new Turns();
  for (const file of filesOf(stores, id)) {
    files++;
    if (file.ownContentHash !== null) hashes.add(file.ownContentHash);
    if (turns.isDue) await turns.next();
    refuseWhenCancelled(signal);
  }
  await traces.erase([...hashes], (share) => onProgress(TRACES_SHARE * share, files), signal);
  refuseWhenCancelled(signal);
  let done = 0;
  const removals = function* (): Generator<() => void> {
    for (const file of filesOf(stores, id)) {
      if (signal.aborted) return;
      yield () => datasets.removeFile(file);
      onProgress(TRACES_SHARE + (1 - TRACES_SHARE) * (++done / files), files);
    }
    yield () => datasets.remove(id);
  };
  await inTurns(removals());
  refuseWhenCancelled(signal);
}

/** Each page is read when the one before is done. */
function* filesOf({ datasets }: LibraryStores, id: DatasetId): Generator<HeldFile> {
  for (let page = datasets.filesOf(id, null); page.length > 0; page = datasets.filesOf(id, page.at(-1)!.fileId)) {
    yield* page;
  }
}

function refuseWhenCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new KindredError('job.cancelled', 'What is left to be erased is erased when Kindred starts the next time.');
}
