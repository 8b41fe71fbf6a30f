import Sqlite from 'better-sqlite3';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileFilterSchema } from '#contract/studio/files.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';
import { openToRead } from '#database/open-to-read.ts';
import { plainFacets, plainList } from '#test/support/plain-listing.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const FILES = 20_500;
const all = fileFilterSchema.parse({});

/** A library of files of 100 images, with labels, folders and tags; and what a thread of a new start has of it. */
function worldOf() {
  const folder = temporaryFolder();
  const keptAt = join(folder, 'columns.bin');
  openLibraryForWriting(folder, 'test', 0).close();
  const writer = new Sqlite(join(folder, LIBRARY_DATABASE));
  writer.exec(`INSERT INTO datasets (id, name, created_ms) VALUES (1, 'all', 0);
    INSERT INTO dataset_roots (id, dataset_id, path) VALUES (1, 1, '/all');
    INSERT INTO tags (id, name) VALUES (1, 'night'), (2, 'day');
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO images SELECT i, randomblob(32), randomblob(32), randomblob(8), 'png', i, 9 * i, 1,
      CASE i % 3 WHEN 0 THEN NULL ELSE '20' || (10 + i % 9) || '-01-02T03:04:05' END, i / 100.0, 0.1, i, i % 8 FROM n;
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${FILES})
    INSERT INTO files SELECT i, 1, 1, 'f' || (i % 7) || '/' || i, 'f' || (i % 7) || '/' || i, 1, i * 7919 % 1000, 'present',
      NULL, NULL, 'l' || (i % 5), 'l' || (i % 5), 'train', 1 + i % 100 FROM n;
    INSERT INTO file_tags SELECT id, 1 FROM files WHERE id % 4 = 0;
    INSERT INTO image_tags VALUES (9, 2)`);
  onTestFinished(() => {
    writer.close();
  });
  const start = () => {
    const database = openToRead(folder);
    onTestFinished(() => {
      database.close();
    });
    return new LibraryIndex(database, keptAt);
  };
  const keep = (index: LibraryIndex): void => {
    index.columns.refresh();
    const token = index.keep();
    writer.prepare('INSERT OR REPLACE INTO kept_columns VALUES (1, ?)').run(token);
  };
  const expectRight = (index: LibraryIndex): void => {
    expect(index.facets(all, true)).toEqual(plainFacets(writer, all));
    for (const sort of ['path', 'newest', 'captured', 'darkest'] as const) {
      expect([...index.list(all, sort)]).toEqual(plainList(writer, all, sort));
    }
    const images = index.columns.images;
    const hashes = writer.prepare('SELECT id, lower(hex(content_hash)) FROM images').raw().all() as [number, string][];
    for (const [id, hash] of hashes) expect(images.hashOf(images.rowOf(id))).toBe(hash);
  };
  return { writer, keptAt, start, keep, expectRight };
}

/** Makes the tables useless for whoever reads them whole, so that only the file can give the right answer. */
const spoil = (writer: Sqlite.Database): void => {
  writer.exec(`DROP TRIGGER files_updated; UPDATE files SET label = 'spoilt', relative_path = 20500 - id`);
};

it('a start takes the columns that the one before kept, and what changed since', () => {
  const { writer, start, keep, expectRight } = worldOf();
  keep(start());
  writer.exec(`UPDATE files SET label = 'new', relative_path = 'g/' || id WHERE id % 1000 = 0;
    DELETE FROM files WHERE id = 77; DELETE FROM file_tags WHERE file_id = 8`);
  expectRight(start());
  const kept = start();
  expect(kept.facets(all, false).labels.map(({ value }) => value)).toContain('new');
  keep(kept);
  spoil(writer);
  expect(
    start()
      .facets(all, false)
      .labels.map(({ value }) => value),
  ).not.toContain('spoilt');
});

it('a file of another history, of a half-written one, or none is not taken', () => {
  const { writer, start, keep, keptAt, expectRight } = worldOf();
  keep(start());
  const whole = readFileSync(keptAt);
  writer.exec(`UPDATE kept_columns SET token = 'of a backup'; DROP TRIGGER files_updated;
    UPDATE files SET label = 'other' WHERE id < 900`);
  expectRight(start());
  keep(start());
  truncateSync(keptAt, whole.length - 1);
  writer.exec(`UPDATE files SET label = 'third' WHERE id < 800`);
  expectRight(start());
  writeFileSync(keptAt, 'no columns');
  expectRight(start());
});

it('is written again only when something changed, and not after all is to be read anew', () => {
  const { writer, start, keep, keptAt, expectRight } = worldOf();
  const index = start();
  keep(index);
  expect(existsSync(keptAt)).toBe(true);
  expect(index.keep()).toBeNull();
  writer.exec(`UPDATE files SET label = 'x' WHERE id = 1`);
  index.columns.refresh();
  expect(index.keep()).not.toBeNull();
  index.columns.readAnew();
  expect(index.keep()).toBeNull();
  expectRight(index);
  expect(index.keep()).not.toBeNull();
});

it('a start takes the order by name that the one before kept, of each list that was looked at', () => {
  const { writer, start, keep } = worldOf();
  const first = start();
  const one = fileFilterSchema.parse({ datasetId: 1 });
  const lists = [all, one].map((filter) => [...first.list(filter, 'path')]);
  keep(first);
  spoil(writer);
  const second = start();
  expect([all, one].map((filter) => [...second.list(filter, 'path')])).toEqual(lists);
  // Not by number, as the spoilt paths are.
  expect(lists[0]).not.toEqual(lists[0]!.toSorted((a, b) => b - a));
});

it.each([
  ['renamed', `UPDATE files SET relative_path = 'a first' WHERE id = 20000`],
  ['moved to another folder', `UPDATE files SET relative_path = 'z/' || relative_path WHERE id % 5000 = 0`],
  [
    'new',
    `INSERT INTO files SELECT 30001, 1, 1, 'f2/new', 'f2/new', 1, 5, 'present', NULL, NULL, 'l', 'l', 'train', 1`,
  ],
  ['gone', `DELETE FROM files WHERE id IN (1, 777, 20500)`],
  ['missing', `UPDATE files SET state = 'missing' WHERE id = 4000`],
])('files that are %s since the order was kept stand where they belong', (_, change) => {
  const { writer, start, keep, expectRight } = worldOf();
  const first = start();
  first.list(all, 'path');
  keep(first);
  writer.exec(change);
  expectRight(start());
});

it('an order read a moment after a file was renamed is not taken for that of the files before', () => {
  const { writer, start, keep, expectRight } = worldOf();
  const first = start();
  first.columns.refresh();
  const newest = first.columns.files.count;
  // Between a look at the files and the order by name: another connection may write at any time.
  first.columns.refresh = () => {};
  writer.exec(`UPDATE files SET relative_path = 'a first' WHERE id = ${newest}`);
  first.list(all, 'path');
  keep(first);
  expectRight(start());
});

it('an order that was made later is kept too, and one that is kept already is not written again', () => {
  const { start, keep, keptAt } = worldOf();
  const first = start();
  keep(first);
  const without = readFileSync(keptAt).length;
  first.list(all, 'path');
  keep(first);
  expect(readFileSync(keptAt).length).toBeGreaterThan(without + 4 * FILES);
  const second = start();
  second.list(all, 'path');
  expect(second.keep()).toBeNull();
});

it.each([1, 4 * FILES, 4 * FILES + 1])(
  'a file that ends %i bytes too early, in its order or before, is not taken',
  (bytes) => {
    const { writer, start, keep, keptAt, expectRight } = worldOf();
    const first = start();
    first.list(all, 'path');
    keep(first);
    truncateSync(keptAt, readFileSync(keptAt).length - bytes);
    writer.exec(`DROP TRIGGER files_updated; UPDATE files SET relative_path = 'a/' || id WHERE id < 800`);
    expectRight(start());
  },
);
