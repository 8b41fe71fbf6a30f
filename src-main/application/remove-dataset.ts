import { KindredError } from '#base/errors.ts';
import { findDataset } from './find-dataset.ts';
import type { ImageTraces } from './ports/image-traces.ts';
import type { Dataset, LibraryStores, RemovalCounts } from './ports/library.ts';
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
 * Takes a dataset out of the library: its files, and the images that no other dataset holds, with what the user said
 * of them and all that was made from them. Originals, runs and their checkpoints stay.
 *
 * Ended at any moment, the dataset is there as it was, or gone, and `settleLibrary` takes away what is left of it.
 *
 * @throws KindredError `dataset.missing`, `run.active`; `disk.full` when traces are left for the next time.
 */
export async function removeDataset(stores: LibraryStores, name: string, traces: ImageTraces): Promise<DatasetRemoval> {
  const dataset = findDataset(stores.datasets, name);
  refuseWhileTraining(stores, dataset);
  const removal = { dataset: dataset.name, ...stores.datasets.removalCounts(dataset.id) };
  const leaving = stores.datasets.imagesOnlyIn(dataset.id);
  traces.note(leaving);
  stores.transaction(() => stores.datasets.remove(dataset.id));
  await traces.erase(leaving);
  traces.strike(leaving);
  return removal;
}

function refuseWhileTraining(stores: LibraryStores, dataset: Dataset): void {
  const active = stores.runs.list().find((run) => run.datasetId === dataset.id && ACTIVE.has(run.status));
  if (active === undefined) return;
  const text = `Run "${active.name}" (${active.id}) is ${active.status} on dataset "${dataset.name}". Pause or remove the run first.`;
  throw new KindredError('run.active', text, { run: active.id, status: active.status });
}
