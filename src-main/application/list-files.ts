import type { FileRow } from '#contract/datasets.ts';
import { findDataset } from './find-dataset.ts';
import type { FileFilter, LibraryFile, LibraryStores } from './ports/library.ts';

const PAGE_ROWS = 1000;

/** A file as a face shows it. */
export function fileRow(file: LibraryFile): FileRow {
  const { datasetId: _, ...row } = file;
  return row;
}

/**
 * The files of a dataset that pass a filter, by id; read page by page, so that a dataset of any size fits.
 *
 * @throws KindredError `dataset.missing`.
 */
export function* listFiles(
  stores: LibraryStores,
  datasetName: string,
  filter: Omit<FileFilter, 'datasetId'>,
): Generator<FileRow> {
  const datasetId = findDataset(stores.datasets, datasetName).id;
  let after: LibraryFile['id'] | null = null;
  for (;;) {
    const page: readonly LibraryFile[] = stores.files.page({ datasetId, ...filter }, after, PAGE_ROWS);
    yield* page.map(fileRow);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.id;
  }
}
