import { describe, expect, it } from 'vitest';
import { Edits } from '#application/editing/edits.ts';
import type { FilePlace, LibraryStores } from '#application/ports/library.ts';
import { systemClock } from '#base/clock.ts';
import type { DatasetId, FileId, ImageId } from '#base/ids.ts';
import { openLibraryForWriting } from '#database/open-library.ts';
import { imageFacts } from '#test/support/image-facts.ts';
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
  it('[E2] take a label back from those that did not have it before', () => {
    const { stores } = openTestLibrary();
    const { files, images } = fill(stores);
    const edits = new Edits(stores, systemClock);
    edits.setLabel(files.slice(0, 1), 'hawk');
    expect(edits.setLabel(files, 'hawk')).toBe(3);
    expect(edits.undo()?.summary).toBe('Labelled “hawk”: 3 files');
    expect(images.map((id) => stores.images.labelOf(id))).toEqual(['hawk', null, null]);
    edits.redo();
    expect(images.map((id) => stores.images.labelOf(id))).toEqual(['hawk', 'hawk', 'hawk']);
  });

  it('go back act by act after the library was closed and opened again', () => {
    const folder = temporaryFolder();
    const first = openLibraryForWriting(folder, 'test', 0);
    const { files, images } = fill(first.stores);
    const before = new Edits(first.stores, systemClock);
    before.setTags(files, ['night'], []);
    before.setLabel(files, 'hawk');
    first.close();
    const { stores } = openTestLibrary(folder);
    const edits = new Edits(stores, systemClock);
    edits.undo();
    expect(stores.images.labelOf(images[0]!)).toBeNull();
    expect(edits.peek().undo).toBe('Tagged “night”: 3 files');
    edits.undo();
    expect(stores.images.tagsOf(images[0]!)).toEqual([]);
    expect(edits.undo()).toBeNull();
  });

  it('bring a view back under the name and with the settings that another took from it', () => {
    const { stores } = openTestLibrary();
    const { datasetId } = fill(stores);
    const edits = new Edits(stores, systemClock);
    edits.saveView({ datasetId, name: 'dark', settings: { sort: 'darkest' } });
    edits.saveView({ datasetId, name: 'Dark', settings: { sort: 'path' } });
    const kept = () => stores.savedViews.list(datasetId).map(({ name, settings }) => [name, settings]);
    expect(kept()).toEqual([['Dark', { sort: 'path' }]]);
    edits.undo();
    expect(kept()).toEqual([['dark', { sort: 'darkest' }]]);
    edits.removeView(datasetId, 'DARK');
    expect(kept()).toEqual([]);
    edits.undo();
    expect(kept()).toEqual([['dark', { sort: 'darkest' }]]);
  });

  it('put a dataset out of sight and bring it back with what was said of it', () => {
    const { stores } = openTestLibrary();
    const { datasetId, files } = fill(stores);
    const edits = new Edits(stores, systemClock);
    edits.setLabel(files.slice(0, 1), 'hawk');
    edits.removeDataset(stores.datasets.find(datasetId)!, 3);
    expect(edits.peek().undo).toBe('Removed “moths”: 3 files');
    const { datasets } = stores;
    const seen = () =>
      [datasets.list(), datasets.find(datasetId), datasets.findByRoot('/moths')].flat().filter(Boolean);
    expect(seen()).toEqual([]);
    edits.undo();
    expect(seen().map((dataset) => dataset?.name)).toEqual(['moths', 'moths', 'moths']);
    expect(stores.files.labelCounts(datasetId)).toContainEqual({ label: 'hawk', files: 1 });
    edits.redo();
    expect(seen()).toEqual([]);
  });

  it('bring a dataset back beside one that took its name', () => {
    const { stores } = openTestLibrary();
    const { datasetId } = fill(stores);
    const edits = new Edits(stores, systemClock);
    edits.removeDataset(stores.datasets.find(datasetId)!, 3);
    stores.datasets.insert('moths', 2);
    edits.undo();
    expect(stores.datasets.list().map(({ name }) => name)).toEqual(['moths', 'moths 2']);
  });

  it('log nothing for what changed nothing', () => {
    const { stores } = openTestLibrary();
    const { datasetId, files } = fill(stores);
    const edits = new Edits(stores, systemClock);
    edits.setLabel(files, null);
    edits.setTags(files, [], ['never given']);
    edits.removeView(datasetId, 'never kept');
    expect(edits.peek()).toEqual({ undo: null, redo: null });
  });
});
