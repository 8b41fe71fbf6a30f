import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { DatasetId } from '#base/ids.ts';
import type { FileFilter } from '#application/ports/library.ts';
import { countQuery, pageQuery, type FileQuery } from '#database/file-query.ts';
import { IMAGES_WITHIN } from '#database/file-store.ts';
import { HELD_FILES } from '#database/dataset-store.ts';
import { BY_PATH_IN } from '#database/columns/row-orders.ts';
import { WITH_TEXT_IN } from '#database/library-index.ts';
import { DUE } from '#database/parted-acts.ts';
import { migrate } from '#database/migrate.ts';
import { libraryMigrations } from '#database/migrations/library-migrations.ts';

const database = new Sqlite(':memory:');
migrate(database, libraryMigrations);

function planOf({ sql, values }: FileQuery): readonly string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(values) as { detail: string }[];
  return rows.map((row) => row.detail).filter((detail) => detail.includes('files') || detail.includes('TEMP B-TREE'));
}

const datasetId = 1 as DatasetId;
const filters: readonly [string, Partial<FileFilter>, string][] = [
  ['all files', {}, 'files_by_dataset (dataset_id=?'],
  ['a state', { state: 'problem' }, 'files_by_state (dataset_id=? AND state=?'],
  ['a label', { label: 'cat' }, 'files_by_label (dataset_id=? AND label=?'],
  ['no label', { label: null, state: 'present' }, 'files_by_label (dataset_id=? AND label=?'],
  ['a split', { split: 'train', state: 'present' }, 'files_by_state (dataset_id=? AND state=?'],
];

describe('query plans', () => {
  it.each(filters)('a page of %s seeks in an index by id and sorts nothing', (_, filter, index) => {
    const plan = planOf(pageQuery({ datasetId, ...filter }, null, 50));
    expect(plan).toEqual([`SEARCH files USING INDEX ${index} AND rowid>?)`]);
  });

  it('the order of a listing by name is read from an index alone', () => {
    const plan = planOf({ sql: BY_PATH_IN, values: { datasetId } });
    expect(plan).toEqual(['SEARCH files USING COVERING INDEX files_by_path (dataset_id=?)']);
  });

  it('files that are erased are read page by page', () => {
    const plan = planOf({ sql: HELD_FILES, values: { id: datasetId, after: 7 } });
    expect(plan).toEqual([
      'SEARCH files USING INDEX files_by_dataset (dataset_id=? AND rowid>?)',
      'SEARCH other USING INDEX files_by_image (image_id=?)',
    ]);
  });

  it('images of a large dataset are read by ranges of their ids', () => {
    const plan = planOf({ sql: IMAGES_WITHIN, values: { id: datasetId, first: 1, end: 1001 } });
    expect(plan[0]).toBe('SEARCH files USING INDEX files_by_image (image_id>? AND image_id<?)');
  });

  it('a text in paths is looked for in an index alone', () => {
    const plan = planOf({ sql: WITH_TEXT_IN, values: { datasetId, text: '%a%' } });
    expect(plan).toEqual(['SEARCH files USING COVERING INDEX files_by_path (dataset_id=?)']);
  });

  it('the part of an act that is due is found without a look at other acts', () => {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${DUE}`).all() as { detail: string }[];
    expect(rows.map(({ detail }) => detail)).toEqual([
      'SCAN undo_log USING INDEX undo_log_under_way',
      'SEARCH undo_parts USING INDEX sqlite_autoindex_undo_parts_1 (undo_id=? AND part=?)',
    ]);
  });

  it.each(filters)('the count of %s seeks in an index', (_, filter, index) => {
    const [plan, ...rest] = planOf(countQuery({ datasetId, ...filter }));
    expect(plan).toContain(index);
    expect(rest).toEqual([]);
  });
});
