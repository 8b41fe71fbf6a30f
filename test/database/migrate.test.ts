import Sqlite from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrate, schemaVersion } from '#database/migrate.ts';
import { libraryMigrations } from '#database/migrations/library-migrations.ts';
import { openLibraryForReading, openLibraryForWriting } from '#database/open-library.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const addNote = {
  version: libraryMigrations.length + 1,
  name: 'add-note',
  sql: 'ALTER TABLE datasets ADD COLUMN note TEXT',
};

function makeOldLibrary(folder: string): void {
  const library = openLibraryForWriting(folder, 'test', 0);
  const dataset = library.stores.datasets.insert('cats', 5);
  const root = library.stores.datasets.addRoot(dataset.id, '/cats');
  const place = { rootId: root.id, path: '/cats/1.png', relativePath: '1.png', sizeBytes: 9, modifiedMs: 1.5 };
  const said = { folderLabel: 'cat', folderTags: ['2021'], split: null };
  const imageId = library.stores.images.put(imageFacts('one'));
  library.stores.files.insert(dataset.id, { ...place, ...said }, { imageId, problem: null });
  library.close();
}

describe('migrations of the library', () => {
  it('are numbered 1, 2, 3 … without a gap', () => {
    expect(libraryMigrations.map((migration) => migration.version)).toEqual(libraryMigrations.map((_, i) => i + 1));
  });

  it('0001 makes strict tables whose foreign keys hold', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 1));
    const tables = database.pragma('table_list') as { name: string; strict: number; type: string }[];
    const ours = tables.filter((table) => table.type === 'table' && !table.name.startsWith('sqlite_'));
    expect(ours.map((table) => table.name).toSorted()).toEqual([
      'dataset_roots',
      'datasets',
      'file_tags',
      'files',
      'image_labels',
      'image_tags',
      'images',
      'runs',
      'tags',
      'undo_log',
    ]);
    expect(ours.filter((table) => table.strict !== 1)).toEqual([]);
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(schemaVersion(database)).toBe(1);
  });

  it('0002 leaves labels to the names of folders until somebody says otherwise', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 1));
    database.prepare(`INSERT INTO datasets (name, created_ms) VALUES ('cats', 0)`).run();
    migrate(database, libraryMigrations.slice(0, 2));
    const columns = 'SELECT folder_labels AS choice, label_reason AS reason FROM datasets';
    expect(database.prepare(columns).all()).toEqual([{ choice: 'auto', reason: '' }]);
    expect(() => database.prepare(`UPDATE datasets SET folder_labels = 'maybe'`).run()).toThrow(/CHECK/);
  });

  it('0003 keeps one view of a name for each dataset, and drops them with it', () => {
    const database = new Sqlite(':memory:');
    database.pragma('foreign_keys = ON');
    migrate(database, libraryMigrations.slice(0, 3));
    database.prepare(`INSERT INTO datasets (name, created_ms) VALUES ('cats', 0)`).run();
    const insert = database.prepare(`INSERT INTO saved_views VALUES (1, ?, '{}')`);
    insert.run('Dark');
    expect(() => insert.run('dark')).toThrow(/UNIQUE/);
    database.prepare('DELETE FROM datasets').run();
    expect(database.prepare('SELECT * FROM saved_views').all()).toEqual([]);
  });

  it('0004 keeps a dataset in sight until it has both a time and a name of its removal', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 3));
    database.prepare(`INSERT INTO datasets (name, created_ms) VALUES ('cats', 0)`).run();
    migrate(database, libraryMigrations.slice(0, 4));
    expect(database.prepare('SELECT removed_ms, removed_name FROM datasets').all()).toEqual([
      { removed_ms: null, removed_name: null },
    ]);
    expect(() => database.prepare('UPDATE datasets SET removed_ms = 1').run()).toThrow(/CHECK/);
  });

  it('0005 notes every file whose row or tags change, and whether it may have another place in an order', () => {
    const database = new Sqlite(':memory:');
    database.pragma('foreign_keys = ON');
    migrate(database, libraryMigrations.slice(0, 5));
    const hash = `x'${'00'.repeat(32)}'`;
    database.exec(`INSERT INTO datasets (id, name, created_ms) VALUES (1, 'cats', 0);
      INSERT INTO dataset_roots (id, dataset_id, path) VALUES (1, 1, '/cats');
      INSERT INTO tags (id, name) VALUES (1, 'night');
      INSERT INTO images VALUES (1, ${hash}, ${hash}, x'0000000000000000', 'png', 1, 1, 1, NULL, 0, 0, 0, 0);`);
    const insert = `INSERT INTO files (id, dataset_id, root_id, path, relative_path, state, image_id)
      VALUES ($id, 1, 1, $id, $id, 'present', 1)`;
    const noted = (sql: string): unknown => {
      database.exec('DELETE FROM file_changes');
      database.exec(sql);
      return database.prepare('SELECT file_id, moves FROM file_changes ORDER BY seq').raw().all();
    };
    expect(noted(insert.replaceAll('$id', '1') + ';' + insert.replaceAll('$id', '2'))).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(noted(`UPDATE files SET label = 'cat' WHERE id = 2`)).toEqual([[2, 0]]);
    expect(noted(`UPDATE files SET relative_path = 'b' WHERE id = 2`)).toEqual([[2, 1]]);
    expect(noted('INSERT INTO file_tags VALUES (2, 1); DELETE FROM file_tags')).toEqual([
      [2, 0],
      [2, 0],
    ]);
    const both = [
      [1, 0],
      [2, 0],
    ];
    expect(noted('INSERT INTO image_tags VALUES (1, 1)')).toEqual(both);
    expect(noted('DELETE FROM image_tags')).toEqual(both);
    expect(noted('DELETE FROM datasets')).toEqual([
      [1, 1],
      [2, 1],
    ]);
    const first = database.prepare('SELECT min(seq) FROM file_changes').pluck().get();
    expect(first).toBeGreaterThan(9);
  });

  it('0006 holds one token of kept columns at most', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 6));
    const put = database.prepare('INSERT INTO kept_columns VALUES (?, ?)');
    put.run(1, 'a');
    expect(() => put.run(2, 'b')).toThrow(/CHECK/);
    expect(() => put.run(1, 'b')).toThrow(/UNIQUE/);
  });

  it('0007 leaves acts of before whole, and finds the one that is under way', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 6));
    database.exec(`INSERT INTO undo_log (made_ms, command, summary, inverse) VALUES (0, 'a', 'before', '{}')`);
    migrate(database, libraryMigrations.slice(0, 7));
    const underWay = database.prepare('SELECT id FROM undo_log WHERE carried < parts').pluck();
    expect(underWay.all()).toEqual([]);
    database.exec(`INSERT INTO undo_log (made_ms, command, summary, inverse, parts) VALUES (0, 'a', 'now', 'null', 2)`);
    expect(underWay.all()).toEqual([2]);
    const note = database.prepare('INSERT INTO undo_parts VALUES (2, ?, ?)');
    note.run(0, '[]');
    expect(() => note.run(0, '[]')).toThrow(/UNIQUE/);
    expect(() => note.run(1, 'half of')).toThrow(/CHECK/);
  });

  it('0008 keeps runs, none of which was interrupted as far as is known', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 7));
    database
      .prepare(
        `INSERT INTO runs (id, name, dataset_id, status, config, created_ms, step, elapsed_ms)
        VALUES ('r1', 'first', 1, 'paused', '{}', 0, 5, 9)`,
      )
      .run();
    migrate(database, libraryMigrations.slice(0, 8));
    expect(database.prepare('SELECT id, step, interrupted_step FROM runs').all()).toEqual([
      { id: 'r1', step: 5, interrupted_step: null },
    ]);
    expect(() => database.prepare('UPDATE runs SET interrupted_step = -1').run()).toThrow(/CHECK/);
  });

  it('0009 keeps datasets, for none of which an encoder was chosen', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations.slice(0, 8));
    database.prepare(`INSERT INTO datasets (name, created_ms) VALUES ('cats', 0)`).run();
    migrate(database, libraryMigrations.slice(0, 9));
    expect(database.prepare('SELECT name, encoder_key FROM datasets').all()).toEqual([
      { name: 'cats', encoder_key: null },
    ]);
  });

  it('run once: a second time changes nothing', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations);
    migrate(database, libraryMigrations);
    expect(schemaVersion(database)).toBe(libraryMigrations.length);
  });

  it('that fail half-way leave the schema as it was', () => {
    const database = new Sqlite(':memory:');
    migrate(database, libraryMigrations);
    const broken = {
      version: libraryMigrations.length + 1,
      name: 'break',
      sql: 'CREATE TABLE half (x TEXT) STRICT; CREATE TABLE half (y TEXT) STRICT;',
    };
    expect(() => migrate(database, [...libraryMigrations, broken])).toThrow(/half/);
    expect(schemaVersion(database)).toBe(libraryMigrations.length);
    expect(database.prepare(`SELECT name FROM sqlite_schema WHERE name = 'half'`).get()).toBeUndefined();
  });
});

describe('[D2] a library of an older version', () => {
  it('keeps its rows through the whole chain, and a checked copy lies in backups', () => {
    const folder = temporaryFolder();
    makeOldLibrary(folder);
    const library = openLibraryForWriting(folder, 'test', 0, [...libraryMigrations, addNote]);
    const dataset = library.stores.datasets.findByName('CATS')!;
    expect(library.stores.files.page({ datasetId: dataset.id }, null, 10)).toMatchObject([
      { path: '/cats/1.png', label: 'cat', state: 'present' },
    ]);
    library.close();
    const copy = new Sqlite(join(folder, 'backups', `library-format-${libraryMigrations.length}.db`), {
      readonly: true,
    });
    expect(schemaVersion(copy)).toBe(libraryMigrations.length);
    expect(copy.prepare('SELECT name FROM datasets').all()).toEqual([{ name: 'cats' }]);
    copy.close();
  });

  it('can be read without being changed', () => {
    const folder = temporaryFolder();
    makeOldLibrary(folder);
    const library = openLibraryForReading(folder, [...libraryMigrations, addNote]);
    expect(library.stores.datasets.list()).toMatchObject([{ name: 'cats' }]);
    library.close();
    const after = new Sqlite(join(folder, 'library.db'));
    expect(schemaVersion(after)).toBe(libraryMigrations.length);
    after.close();
  });

  it('makes no copy when there is nothing to keep', () => {
    const folder = temporaryFolder();
    openLibraryForWriting(folder, 'test', 0).close();
    expect(existsSync(join(folder, 'backups'))).toBe(false);
  });
});

describe('[D3] a library of a newer version', () => {
  it('is refused for writing, naming both formats, and is left as it was', () => {
    const folder = temporaryFolder();
    openLibraryForWriting(folder, 'test', 0, [...libraryMigrations, addNote]).close();
    expect(() => openLibraryForWriting(folder, 'test', 0)).toThrow(
      expect.objectContaining({
        code: 'library.newer',
        message: expect.stringContaining(`format ${addNote.version}; this one knows up to ${libraryMigrations.length}`),
      }),
    );
    const opened = openLibraryForReading(folder);
    expect(opened.notice).toMatch(/newer Kindred/);
    expect(opened.stores.datasets.list()).toEqual([]);
    opened.close();
  });
});
