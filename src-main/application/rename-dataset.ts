import { KindredError } from '#base/errors.ts';
import { findDataset } from './find-dataset.ts';
import type { LibraryStores } from './ports/library.ts';

const LONGEST_NAME = 200;

/** @throws KindredError `dataset.nameInvalid` for an empty or overlong name or one with control characters. */
export function checkDatasetName(name: string): string {
  const trimmed = name.trim();
  const hasControls = /\p{Cc}/u.test(trimmed);
  if (trimmed !== '' && trimmed.length <= LONGEST_NAME && !hasControls) return trimmed;
  const text = `"${name.slice(0, LONGEST_NAME)}" can't name a dataset: use 1 to ${LONGEST_NAME} characters on one line.`;
  throw new KindredError('dataset.nameInvalid', text, { name });
}

/** @throws KindredError `dataset.missing`, `dataset.nameTaken`, `dataset.nameInvalid`. */
export function renameDataset(stores: LibraryStores, name: string, newName: string): void {
  stores.datasets.rename(findDataset(stores.datasets, name).id, checkDatasetName(newName));
}
