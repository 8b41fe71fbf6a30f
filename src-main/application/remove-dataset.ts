import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { findDataset } from './find-dataset.ts';
import type { ImageTraces } from './ports/image-traces.ts';
import type { LibraryStores, RemovalCounts } from './ports/library.ts';
import type { RunStatus } from './ports/runs.ts';

/** A run in one of these still needs its dataset. */
const ACTIVE: ReadonlySet<RunStatus> = new Set(['queued', 'running', 'pausing']);

/** How long a removal can be taken back. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface DatasetRemoval extends RemovalCounts {
  readonly dataset: string;
}

/** What `removeDataset` would take away. @throws KindredError `dataset.missing`. */
export function planDatasetRemoval(stores: LibraryStores, name: string): DatasetRemoval {
  const dataset = findDataset(stores.datasets, name);
  return { dataset: dataset.name, ...stores.datasets.removalCounts(dataset.id) };
}

/**
 * Takes a dataset out of the library for good: its files, and the images that no other dataset holds, with what the
 * user said of them and all that was made from them. Originals, runs and their checkpoints stay.
 *
 * Ended at any moment, the dataset is there as it was, or gone, and `settleLibrary` takes away what is left of it.
 *
 * @throws KindredError `dataset.missing`, `run.active`; `disk.full` when traces are left for the next time.
 */
export async function removeDataset(stores: LibraryStores, name: string, traces: ImageTraces): Promise<DatasetRemoval> {
  const dataset = findDataset(stores.datasets, name);
  refuseWhileTraining(stores, dataset.id);
  const removal = { dataset: dataset.name, ...stores.datasets.removalCounts(dataset.id) };
  await erase(stores, dataset.id, traces);
  return removal;
}

/** Erases the datasets whose removal was not taken back in time. @throws KindredError `disk.full`. */
export async function eraseRemoved(stores: LibraryStores, traces: ImageTraces, nowMs: number): Promise<void> {
  for (const id of stores.datasets.removed.before(nowMs - KEPT_MS)) await erase(stores, id, traces);
}

async function erase(stores: LibraryStores, id: DatasetId, traces: ImageTraces): Promise<void> {
  const leaving = stores.datasets.imagesOnlyIn(id);
  traces.note(leaving);
  stores.transaction(() => {
    stores.datasets.remove(id);
    stores.undo.forgetRemoval(id);
  });
  await traces.erase(leaving);
  traces.strike(leaving);
}

/** @throws KindredError `run.active`. */
export function refuseWhileTraining({ runs, datasets }: LibraryStores, id: DatasetId): void {
  const active = runs.list().find((run) => run.datasetId === id && ACTIVE.has(run.status));
  if (active === undefined) return;
  const text = `Run "${active.name}" (${active.id}) is ${active.status} on dataset "${datasets.find(id)?.name}". Pause or remove the run first.`;
  throw new KindredError('run.active', text, { run: active.id, status: active.status });
}
