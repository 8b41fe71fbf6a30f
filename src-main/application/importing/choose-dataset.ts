import { basename } from 'node:path';
import { checkDatasetName } from '../rename-dataset.ts';
import type { Dataset, DatasetStore } from '../ports/library.ts';

/** `name`, or the first of `name 2`, `name 3` … that no dataset has. */
export function freeName(datasets: DatasetStore, name: string): string {
  let free = name;
  for (let i = 2; datasets.findByName(free) !== null; i++) free = `${name} ${i}`;
  return free;
}

/**
 * The dataset an import goes into: the one named; without a name, the one that already has one of the folders as a
 * root; else a new one, called like the first folder.
 *
 * @param folders absolute, at least one.
 */
export function chooseDataset(
  datasets: DatasetStore,
  folders: readonly string[],
  name: string | null,
  nowMs: number,
): Dataset {
  if (name !== null) {
    const checked = checkDatasetName(name);
    return datasets.findByName(checked) ?? datasets.insert(checked, nowMs);
  }
  for (const folder of folders) {
    const owner = datasets.findByRoot(folder);
    if (owner !== null) return owner;
  }
  return datasets.insert(freeName(datasets, folderName(basename(folders[0]!))), nowMs);
}

/** What a dataset is called after a folder. */
export function folderName(folder: string): string {
  const name = folder
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 100);
  return name === '' ? 'images' : name;
}
