import type { DatasetSummary } from '#contract/datasets.ts';
import type { Dataset, LibraryStores } from './ports/library.ts';

/** A dataset as a face shows it. */
export function datasetSummary(stores: LibraryStores, dataset: Dataset): DatasetSummary {
  const labels = stores.files.labelCounts(dataset.id).filter((entry) => entry.label !== null);
  return {
    id: dataset.id,
    name: dataset.name,
    roots: dataset.roots.map((root) => root.path),
    createdMs: dataset.createdMs,
    importedMs: dataset.importedMs,
    labels: labels.length,
    ...stores.datasets.counts(dataset.id),
  };
}

/** All datasets, by name. */
export function listDatasets(stores: LibraryStores): readonly DatasetSummary[] {
  return stores.datasets.list().map((dataset) => datasetSummary(stores, dataset));
}
