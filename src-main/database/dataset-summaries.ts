/** Datasets as a window lists them, counted over all of their files: slow for large libraries, so for a reader's thread. */
import type { DatasetSummary } from '#application/ports/listings.ts';
import type { Prepared } from './prepared.ts';

interface SummaryRow extends Omit<DatasetSummary, 'roots' | 'usesFolderLabels'> {
  readonly hasFolderLabels: number;
}

/** The size of images is a matter of taste in settings: the middle one of the first files will do. */
const SIZED_FILES = 10_000;

const SUMMARIES = `SELECT datasets.id, datasets.name, datasets.label_reason AS labelReason,
    count(files.id) FILTER (WHERE state = 'present') AS files,
    count(DISTINCT CASE WHEN state = 'present' THEN image_id END) AS images,
    count(files.id) FILTER (WHERE state = 'missing') AS missing,
    count(files.id) FILTER (WHERE state = 'problem') AS problems,
    count(DISTINCT CASE WHEN state = 'present' THEN label END) AS labels,
    count(folder_label) > 0 AS hasFolderLabels
  FROM datasets LEFT JOIN files ON files.dataset_id = datasets.id
  WHERE removed_ms IS NULL GROUP BY datasets.id ORDER BY datasets.name`;

const SHORT_SIDES = `SELECT min(width_px, height_px) AS side FROM (
    SELECT image_id FROM files WHERE dataset_id = $id AND image_id IS NOT NULL LIMIT ${SIZED_FILES}
  ) JOIN images ON images.id = image_id ORDER BY side`;

export function datasetSummaries(prepared: Prepared): DatasetSummary[] {
  return prepared.all<SummaryRow>(SUMMARIES).map(({ hasFolderLabels, ...row }) => {
    const sides = prepared.all<{ side: number }>(SHORT_SIDES, { id: row.id });
    const roots = prepared.all<{ path: string }>('SELECT path FROM dataset_roots WHERE dataset_id = $id ORDER BY id', {
      id: row.id,
    });
    return {
      ...row,
      roots: roots.map(({ path }) => path),
      usesFolderLabels: hasFolderLabels === 1,
      medianShortSidePx: sides[sides.length >> 1]?.side ?? null,
    };
  });
}
