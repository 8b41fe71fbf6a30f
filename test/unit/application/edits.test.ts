import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Edits, type ShownWork } from '#application/editing/edits.ts';
import type { FilePlace, LibraryStores } from '#application/ports/library.ts';
import { systemClock } from '#base/clock.ts';
import type { DatasetId, FileId, ImageId } from '#base/ids.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { writeManyFiles } from '#test/support/many-files.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

interface Filled {
  readonly datasetId: DatasetId;
  readonly files: readonly FileId[];
  readonly images: readonly ImageId[];
}

/** Three files of a dataset "moths", each with an image of its own. */
function fill(stores: LibraryStores): Filled {
  const dataset = stores.datasets.insert('moths', 1);
  const root = stores.datasets.addRoot(dataset.id, '/moths');
  const images = ['a', 'b', 'c'].map((name) => stores.images.put(imageFacts(name)));
  const files = images.map((imageId, i) => {
    const where = { rootId: root.id, path: `/moths/${i}.png`, relativePath: `${i}.png`, sizeBytes: 1, modifiedMs: 1 };
    const place: FilePlace = { ...where, folderLabel: null, folderTags: [], split: null };
    return stores.files.insert(dataset.id, place, { imageId, problem: null });
  });
  return { datasetId: dataset.id, files, images };
}

describe('edits', () => {
  it('[E2] take a label back from those that did not have it before', async () => {
    const { stores } = openTestLibrary();
    const { files, images } = fill(stores);
    const edits = new Edits(stores, systemClock);
    await edits.setLabel(files.slice(0, 1), 'hawk');
    expect(await edits.setLabel(files, 'hawk')).toBe(3);
    expect((await edits.undo())?.summary).toBe('Labelled “hawk”: 3 files');
    expect(images.map((id) => stores.images.labelOf(id))).toEqual(['hawk', null, null]);
    await edits.redo();
    expect(images.map((id) => stores.images.labelOf(id))).toEqual(['hawk', 'hawk', 'hawk']);
  });

  it('go back act by act after the library was closed and opened again', async () => {
    const folder = temporaryFolder();
    const first = openLibraryForWriting(folder, 'test', 0);
    const { files, images } = fill(first.stores);
    const before = new Edits(first.stores, systemClock);
    await before.setTags(files, ['night'], []);
    await before.setLabel(files, 'hawk');
    first.close();
    const { stores } = openTestLibrary(folder);
    const edits = new Edits(stores, systemClock);
    await edits.undo();
    expect(stores.images.labelOf(images[0]!)).toBeNull();
    expect(edits.peek().undo).toBe('Tagged “night”: 3 files');
    await edits.undo();
    expect(stores.images.tagsOf(images[0]!)).toEqual([]);
    expect(await edits.undo()).toBeNull();
  });

  it('bring a view back under the name and with the settings that another took from it', async () => {
    const { stores } = openTestLibrary();
    const { datasetId } = fill(stores);
    const edits = new Edits(stores, systemClock);
    await edits.saveView({ datasetId, name: 'dark', settings: { sort: 'darkest' } });
    await edits.saveView({ datasetId, name: 'Dark', settings: { sort: 'path' } });
    const kept = () => stores.savedViews.list(datasetId).map(({ name, settings }) => [name, settings]);
    expect(kept()).toEqual([['Dark', { sort: 'path' }]]);
    await edits.undo();
    expect(kept()).toEqual([['dark', { sort: 'darkest' }]]);
    await edits.removeView(datasetId, 'DARK');
    expect(kept()).toEqual([]);
    await edits.undo();
    expect(kept()).toEqual([['dark', { sort: 'darkest' }]]);
  });

  it('settle on an encoder for a dataset, and take that back', async () => {
    const { stores } = openTestLibrary();
    const { datasetId } = fill(stores);
    const edits = new Edits(stores, systemClock);
    const moths = { id: datasetId, name: 'moths' };
    const chosen = () => stores.datasets.encoderChoice(datasetId);
    await edits.settleOnEncoder(moths, null);
    expect(edits.peek().undo).toBeNull();
    await edits.settleOnEncoder(moths, { key: 'first', title: 'first run, step 10' });
    await edits.settleOnEncoder(moths, { key: 'second', title: 'second run, step 10' });
    expect(edits.peek().undo).toBe('“second run, step 10” answers about “moths”');
    await edits.undo();
    expect(chosen()).toBe('first');
    await edits.undo();
    expect(chosen()).toBeNull();
    await edits.redo();
    expect(chosen()).toBe('first');
    await edits.settleOnEncoder(moths, null);
    expect(edits.peek().undo).toBe('The newest encoder answers about “moths”');
  });

  it('put a dataset out of sight and bring it back with what was said of it', async () => {
    const { stores } = openTestLibrary();
    const { datasetId, files } = fill(stores);
    const edits = new Edits(stores, systemClock);
    await edits.setLabel(files.slice(0, 1), 'hawk');
    await edits.removeDataset(stores.datasets.find(datasetId)!, 3);
    expect(edits.peek().undo).toBe('Removed “moths”: 3 files');
    const { datasets } = stores;
    const seen = () =>
      [datasets.list(), datasets.find(datasetId), datasets.findByRoot('/moths')].flat().filter(Boolean);
    expect(seen()).toEqual([]);
    await edits.undo();
    expect(seen().map((dataset) => dataset?.name)).toEqual(['moths', 'moths', 'moths']);
    expect(stores.files.labelCounts(datasetId)).toContainEqual({ label: 'hawk', files: 1 });
    await edits.redo();
    expect(seen()).toEqual([]);
  });

  it('bring a dataset back beside one that took its name', async () => {
    const { stores } = openTestLibrary();
    const { datasetId } = fill(stores);
    const edits = new Edits(stores, systemClock);
    await edits.removeDataset(stores.datasets.find(datasetId)!, 3);
    stores.datasets.insert('moths', 2);
    await edits.undo();
    expect(stores.datasets.list().map(({ name }) => name)).toEqual(['moths', 'moths 2']);
  });

  it('log nothing for what changed nothing', async () => {
    const { stores } = openTestLibrary();
    const { datasetId, files } = fill(stores);
    const edits = new Edits(stores, systemClock);
    await edits.setLabel(files, null);
    await edits.setTags(files, [], ['never given']);
    await edits.removeView(datasetId, 'never kept');
    expect(edits.peek()).toEqual({ undo: null, redo: null });
  });
});

describe('edits of more images than a part has', () => {
  const FILES = 4000;

  function many(amount = FILES, shown?: ShownWork) {
    const folder = temporaryFolder();
    writeManyFiles(folder, amount);
    const { stores } = openTestLibrary(folder);
    const database = new Sqlite(join(folder, LIBRARY_DATABASE), { readonly: true });
    onTestFinished(() => void database.close());
    const count = (sql: string): number => database.prepare(sql).pluck().get() as number;
    return {
      stores,
      files: Array.from({ length: amount }, (_, i) => (i + 1) as FileId),
      edits: new Edits(stores, systemClock, shown),
      labelled: (label: string) => count(`SELECT count(*) FROM files WHERE label = '${label}'`),
      tagged: () => count('SELECT count(*) FROM image_tags'),
      parts: () => count('SELECT count(*) FROM undo_parts'),
    };
  }

  it('[E2] are one step, which takes back no more than it gave', async () => {
    const { edits, files, labelled, tagged } = many();
    await edits.setLabel(files.slice(0, 100), 'hawk');
    expect(await edits.setLabel(files, 'hawk')).toBe(FILES);
    await edits.setTags(files, ['night'], []);
    expect([labelled('hawk'), tagged()]).toEqual([FILES, FILES]);
    await edits.undo();
    expect((await edits.undo())?.summary).toBe('Labelled “hawk”: 4,000 files');
    expect([labelled('hawk'), tagged()]).toEqual([100, 0]);
    await edits.redo();
    await edits.redo();
    expect([labelled('hawk'), tagged()]).toEqual([FILES, FILES]);
    expect(edits.peek()).toEqual({ undo: 'Tagged “night”: 4,000 files', redo: null });
  });

  it('[E3] leave others their turn between two parts', async () => {
    const { edits, files, labelled } = many();
    const seen = new Set<number>();
    let isDone = false;
    const labelling = edits.setLabel(files, 'hawk').then(() => (isDone = true));
    while (!isDone) {
      seen.add(labelled('hawk'));
      await setImmediate();
    }
    await labelling;
    // Some were labelled already while others were not.
    expect([...seen].some((count) => count > 0 && count < FILES)).toBe(true);
  });

  it('[E4] come after what was asked for before them', async () => {
    const { edits, files, labelled, stores } = many();
    const asked = [edits.setLabel(files, 'hawk'), edits.setLabel(files.slice(0, 1), 'owl'), edits.undo()];
    await Promise.all(asked);
    expect([labelled('hawk'), labelled('owl')]).toEqual([FILES, 0]);
    expect(stores.images.labelOf(1 as ImageId)).toBe('hawk');
    expect(edits.peek()).toEqual({ undo: 'Labelled “hawk”: 4,000 files', redo: 'Labelled “owl”: 1 file' });
  });

  it('tell how far they are, and so do undo and redo, where they take long', async () => {
    const told = new Map<string, number[]>();
    const { edits, files } = many(12_000, (title, work) => {
      const shares: number[] = [];
      told.set(title, shares);
      return work((share) => shares.push(share));
    });
    await edits.setTags(files.slice(0, 4000), ['day'], []);
    await edits.setLabel(files, 'hawk');
    await edits.undo();
    await edits.redo();
    const act = 'Labelled “hawk”: 12,000 files';
    expect([...told.keys()]).toEqual([act, `Undo: ${act}`, `Redo: ${act}`]);
    for (const shares of told.values()) {
      expect(shares.length).toBeGreaterThan(40);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBe(1);
    }
  });

  it('that stop half-way are gone on with by the next edits, and nothing else is done before', async () => {
    const { stores, edits, files, labelled } = many();
    const labelling = edits.setLabel(files, 'hawk').catch((error: unknown) => error);
    while (labelled('hawk') === 0) await setImmediate();
    await edits.close();
    expect(await labelling).toMatchObject({ code: 'job.interrupted' });
    expect(labelled('hawk')).toBeLessThan(FILES);
    const next = new Edits(stores, systemClock);
    await next.setTags(files.slice(0, 1), ['night'], []);
    expect(labelled('hawk')).toBe(FILES);
    await next.undo();
    await next.undo();
    expect(labelled('hawk')).toBe(0);
  });

  it('log nothing for what changed nothing, and leave what can be redone', async () => {
    const { edits, files } = many();
    await edits.setTags(files, ['night'], []);
    await edits.undo();
    await edits.setLabel(files, null);
    await edits.setTags(files, [], ['never given']);
    expect(edits.peek()).toEqual({ undo: null, redo: 'Tagged “night”: 4,000 files' });
  });

  it('keep no parts of what can neither be undone nor redone', async () => {
    const { edits, files, parts } = many();
    await edits.setLabel(files, 'hawk');
    expect(parts()).toBe(16);
    await edits.undo();
    await edits.setTags(files.slice(0, 1), ['night'], []);
    await edits.finish();
    expect(parts()).toBe(0);
  });
});
