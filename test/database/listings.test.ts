import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileSet } from '#contract/studio/file-set.ts';
import { fileFilterSchema, type FileFilter } from '#contract/studio/files.ts';
import { FileCells } from '#database/file-cells.ts';
import { LibraryIndex } from '#database/library-index.ts';
import { migrate } from '#database/migrate.ts';
import { libraryMigrations } from '#database/migrations/library-migrations.ts';

const FILES = 3000;
const database = new Sqlite(':memory:');
const index = new LibraryIndex(database);
const cells = new FileCells(database);
const filter = (change: Partial<FileFilter> = {}): FileFilter => fileFilterSchema.parse({ datasetId: 1, ...change });

/** File i: folder by i % 3, label by i % 4 (none for 3), a problem when i % 10 is 9, image (i % 1000) + 1. */
beforeAll(() => {
  migrate(database, libraryMigrations);
  database.exec(`INSERT INTO datasets (id, name, created_ms) VALUES (1, 'birds', 0), (2, 'other', 0);
    INSERT INTO dataset_roots (id, dataset_id, path) VALUES (1, 1, '/birds'), (2, 2, '/other');
    INSERT INTO tags (id, name) VALUES (1, 'night'), (2, 'blue');`);
  const image = database.prepare(`INSERT INTO images VALUES (?, ?, ?, ?, 'jpeg', ?, 100, 1, NULL, ?, 0.1, ?, 5)`);
  for (let i = 1; i <= 1000; i++) {
    const hash = Buffer.alloc(32);
    hash.writeUInt32BE(i);
    image.run(i, hash, hash, hash.subarray(0, 8), i, i / 1000, 1000 - i);
  }
  const file = database.prepare(`INSERT INTO files VALUES (?, 1, 1, ?, ?, 10, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (let i = 0; i < FILES; i++) {
    const isProblem = i % 10 === 9;
    const label = i % 4 === 3 ? null : `label${i % 4}`;
    const path = `f${i % 3}/100%_${String(i).padStart(5, '0')}.jpg`;
    const problem = isProblem ? 'image.empty' : null;
    const image = isProblem ? null : (i % 1000) + 1;
    const split = i % 2 === 0 ? 'train' : null;
    file.run(
      i + 1,
      `/birds/${path}`,
      path,
      i,
      isProblem ? 'problem' : 'present',
      problem,
      problem,
      label,
      label,
      split,
      image,
    );
  }
  database.exec(`INSERT INTO file_tags SELECT id, 1 FROM files WHERE id % 5 = 0; INSERT INTO image_tags VALUES (1, 2)`);
});
afterAll(() => database.close());

describe('a listing', () => {
  it('holds every file that passes once, in order, and any part of it', () => {
    const ids = [...index.list(filter(), 'path')];
    expect(ids).toHaveLength(FILES * 0.9);
    expect(new Set(ids).size).toBe(ids.length);
    const names = cells.cells(ids).map(({ id }) => cells.details(id).relativePath);
    expect(names).toEqual([...names].sort());
    expect(cells.cells(ids.slice(1234, 1237)).map(({ id }) => id)).toEqual(ids.slice(1234, 1237));
  });

  it('sorts by what the picture is like', () => {
    const ids = [...index.list(filter(), 'largest').subarray(0, 3)];
    expect(cells.cells(ids).map(({ widthPx }) => widthPx)).toEqual([999, 999, 999]);
  });
});

describe('a filter', () => {
  const count = (change: Partial<FileFilter>): number => index.list(filter(change), 'path').length;

  it('takes any of the labels, and files without one', () => {
    const all = { states: ['present', 'problem'] as FileFilter['states'] };
    expect(count({ ...all, labels: ['label0'] })).toBe(FILES / 4);
    expect(count({ ...all, labels: ['label0', ''] })).toBe(FILES / 2);
  });

  it('takes tags of the file and of its image alike, and all of several', () => {
    expect(count({ tags: ['night'], states: ['present', 'problem'] })).toBe(FILES / 5);
    expect(count({ tags: ['blue'] })).toBe(3);
    expect(count({ tags: ['blue', 'night'] })).toBe(0);
  });

  it('finds text as it is written, signs of LIKE included', () => {
    expect(count({ text: '100%_0000' })).toBe(9);
    expect(count({ text: '100%%' })).toBe(0);
    expect(count({ text: 'F1/' })).toBe(FILES / 3 - FILES / 30);
  });

  it('takes folders as they are, traits of the picture, and years', () => {
    expect(count({ folders: ['f1'] })).toBe(FILES / 3 - FILES / 30);
    expect(count({ folders: ['f'] })).toBe(0);
    // Image i is i pixels wide, as bright as i/1000, as sharp as 1000 − i; a tenth of the files are problems.
    const darkImages = 199;
    expect(count({ traits: ['dark'] })).toBeGreaterThan(2.5 * darkImages);
    expect(count({ traits: ['dark'] })).toBeLessThanOrEqual(3 * darkImages);
    expect(count({ traits: ['dark', 'bright'] })).toBe(count({ traits: ['dark'] }) + count({ traits: ['bright'] }));
    expect(count({ years: [''] })).toBe(FILES * 0.9);
    expect(count({ years: ['2024'] })).toBe(0);
  });

  it('takes chosen files alone, of those that pass the rest', () => {
    const some = [...index.list(filter(), 'path').subarray(10, 40)];
    const files = writeFileSet(some);
    expect([...index.list(filter({ files }), 'path')]).toEqual(some);
    expect(count({ files, datasetId: 2 })).toBe(0);
  });

  it('keeps data sets apart', () => {
    expect(count({ datasetId: 2 })).toBe(0);
    expect(count({ datasetId: null })).toBe(FILES * 0.9);
  });
});

describe('facets', () => {
  it('count each part over what the other parts leave', () => {
    const facets = index.facets(filter({ labels: ['label1'], splits: [''] }), false);
    expect(facets.labels.map(({ value }) => value).sort()).toEqual(['', 'label1']);
    expect(facets.splits).toEqual([{ value: '', count: 600 }]);
    expect(facets.states).toEqual([
      { value: 'present', count: 600 },
      { value: 'problem', count: 150 },
    ]);
  });

  it('agree with the listing they lead to', () => {
    for (const { value, count } of index.facets(filter(), false).labels) {
      expect(index.list(filter({ labels: [value] }), 'path').length).toBe(count);
    }
  });
});

describe('facets of pictures', () => {
  it('are counted when they are asked for, and agree with the listing they lead to', () => {
    expect(index.facets(filter(), false)).toMatchObject({ folders: [], traits: [], years: [] });
    const { folders, traits, years } = index.facets(filter(), true);
    expect(folders.map(({ value }) => value)).toEqual(['f0', 'f1', 'f2']);
    expect(traits.map(({ value }) => value)).toEqual(['dark', 'bright', 'blurred', 'small']);
    expect(years).toEqual([{ value: '', count: FILES * 0.9 }]);
    for (const { value, count } of folders) {
      expect(index.list(filter({ folders: [value] }), 'path').length).toBe(count);
    }
    for (const { value, count } of traits) {
      expect(index.list(filter({ traits: [value as 'dark'] }), 'path').length).toBe(count);
    }
  });
});

describe('groups of files', () => {
  const groupsOf = (ids: readonly number[], by: 'label' | 'split' | 'tag' | 'quality'): (string | undefined)[] => {
    const { names, index: places } = index.groups(ids, by);
    return [...places].map((place) => names[place]);
  };

  it('are their labels, splits or first tags, in the order asked for', () => {
    expect(groupsOf([5, 1, 2], 'tag')).toEqual(['night', 'blue', '']);
    expect(groupsOf([2, 1], 'label')).toEqual(['label1', 'label0']);
    expect(groupsOf([2, 1, 999_999], 'split')).toEqual(['', 'train', '']);
  });

  it('are what is odd about the pictures, as the filters count them', () => {
    const all = [...index.list(filter(), 'path')];
    const dark = new Set(index.list(filter({ traits: ['dark'] }), 'path'));
    const blurred = new Set(index.list(filter({ traits: ['blurred'] }), 'path'));
    const groups = groupsOf(all, 'quality');
    expect(all.filter((_, i) => groups[i] === 'blurred')).toEqual(all.filter((id) => blurred.has(id)));
    expect(all.filter((_, i) => groups[i] === 'dark')).toEqual(all.filter((id) => dark.has(id) && !blurred.has(id)));
    expect(groupsOf([999_999], 'quality')).toEqual(['']);
  });

  it('beyond 254 are together in one more', () => {
    const ids = Array.from({ length: 2000 }, (_, i) => i + 1);
    database.exec(`UPDATE files SET label = 'own ' || id WHERE id BETWEEN 1001 AND 1400`);
    const { names, hasRest, index: places } = index.groups(ids, 'label');
    database.exec('UPDATE files SET label = folder_label WHERE id BETWEEN 1001 AND 1400');
    expect([names.length, hasRest, names[0]]).toEqual([254, true, '']);
    expect(places.filter((place) => place === 254)).toHaveLength(400 - 250);
    expect(index.groups(ids, 'label')).toMatchObject({ hasRest: false });
  });
});

describe('details', () => {
  it('say what is known, the problem and the copies', () => {
    const good = cells.details(1);
    expect(good).toMatchObject({
      name: '100%_00000.jpg',
      label: 'label0',
      tags: ['blue'],
      folderTags: [],
      datasetName: 'birds',
    });
    expect(good.copies.map(({ id }) => id)).toEqual([1001, 2001]);
    expect(cells.details(10)).toMatchObject({ imageId: null, quality: null, problem: { code: 'image.empty' } });
    expect(() => cells.details(99_999)).toThrow(expect.objectContaining({ code: 'file.missing' }));
  });
});
