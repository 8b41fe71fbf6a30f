import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { type Erasure, type ErasurePorts, eraseRemoved, giveUpDataset } from './erase-datasets.ts';
import { findDataset } from './find-dataset.ts';
import type { LibraryStores, RemovalCounts } from './ports/library.ts';
import type { RunStatus } from './ports/runs.ts';

/** A run in one of these still needs its dataset. */
const ACTIVE: ReadonlySet<RunStatus> = new Set(['queued', 'running', 'pausing']);

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
 * Ended at any moment, the dataset is there as it was, or out of sight, and whoever holds the library next erases what is
 * left of it.
 *
 * @throws KindredError `dataset.missing`, `run.active`; `disk.full` when traces are left for the next time.
 */
export async function removeDataset(ports: ErasurePorts, name: string, nowMs: number): Promise<DatasetRemoval> {
  const { stores } = ports;
  const dataset = findDataset(stores.datasets, name);
  refuseWhileTraining(stores, dataset.id);
  const removal = { dataset: dataset.name, ...stores.datasets.removalCounts(dataset.id) };
  await giveUpDataset(stores, dataset.id);
  await eraseRemoved(ports, nowMs, untold);
  return removal;
}

const untold: Erasure = { onProgress: () => {}, signal: new AbortController().signal };

/** @throws KindredError `run.active`. */
export function refuseWhileTraining({ runs, datasets }: LibraryStores, id: DatasetId): void {
  const active = runs.list().find((run) => run.datasetId === id && ACTIVE.has(run.status));
  if (active === undefined) return;
  const text = `Run "${active.name}" (${active.id}) is ${active.status} on dataset "${datasets.find(id)?.name}". Pause or remove the run first.`;
  throw new KindredError('run.active', text, { run: active.id, status: active.status });
}
