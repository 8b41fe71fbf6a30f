/** Datasets as a window lists them, counted over the columns of their files. */
import type { DatasetSummary } from '#application/ports/listings.ts';
import type { Prepared } from '../prepared.ts';
import { GONE, PRESENT, STATES } from './file-columns.ts';
import type { LibraryColumns } from './library-columns.ts';

type NamedRow = Pick<DatasetSummary, 'id' | 'name' | 'labelReason'>;
type Counts = Pick<DatasetSummary, 'files' | 'images' | 'missing' | 'problems' | 'labels' | 'usesFolderLabels'>;

const DATASETS = 'SELECT id, name, label_reason AS labelReason FROM datasets WHERE removed_ms IS NULL ORDER BY name';

const ROOTS = 'SELECT path FROM dataset_roots WHERE dataset_id = $id ORDER BY id';

/** The size of images is a matter of taste in settings: the middle one of the first files will do. */
const SIZED_FILES = 10_000;

const SHORT_SIDES = `SELECT min(width_px, height_px) AS side FROM (
    SELECT image_id FROM files WHERE dataset_id = $id AND image_id IS NOT NULL LIMIT ${SIZED_FILES}
  ) JOIN images ON images.id = image_id ORDER BY side`;

/** All datasets, by name. */
export function datasetSummaries(
  prepared: Prepared,
  columns: Pick<LibraryColumns, 'files' | 'images'>,
): DatasetSummary[] {
  return prepared.all<NamedRow>(DATASETS).map((dataset) => {
    const sides = prepared.all<{ side: number }>(SHORT_SIDES, { id: dataset.id });
    const roots = prepared.all<{ path: string }>(ROOTS, { id: dataset.id });
    const medianShortSidePx = sides[sides.length >> 1]?.side ?? null;
    return { ...dataset, ...countsOf(columns, dataset.id), roots: roots.map(({ path }) => path), medianShortSidePx };
  });
}

function countsOf({ files, images }: Pick<LibraryColumns, 'files' | 'images'>, datasetId: number): Counts {
  const states = STATES.map(() => 0);
  const hasImage = new Uint8Array(images.count);
  const hasLabel = new Uint8Array(files.labels.size);
  let usesFolderLabels = false;
  for (let row = 0; row < files.count; row++) {
    const state = files.state[row]!;
    if (state === GONE || files.dataset[row] !== datasetId) continue;
    states[state]!++;
    if (files.hasFolderLabel[row] === 1) usesFolderLabels = true;
    if (state !== PRESENT) continue;
    hasImage[files.image[row]!] = 1;
    hasLabel[files.label[row]!] = 1;
  }
  // Code 0 is the empty text: no label.
  hasLabel[0] = 0;
  const [, present = 0, missing = 0, problems = 0] = states;
  const sum = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);
  return { files: present, missing, problems, images: sum(hasImage), labels: sum(hasLabel), usesFolderLabels };
}
