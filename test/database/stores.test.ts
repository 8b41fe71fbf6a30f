import { describe, expect, it } from 'vitest';
import type { DatasetId, ImageId, RunId } from '#base/ids.ts';
import type { FilePlace, LibraryStores } from '#application/ports/library.ts';
import type { Run } from '#application/ports/runs.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';

interface Filled {
  readonly stores: LibraryStores;
  readonly datasetId: DatasetId;
  readonly add: (name: string, bytes: string | null, said?: Partial<FilePlace>) => ImageId | null;
}

function place(rootId: number, name: string, said: Partial<FilePlace> = {}): FilePlace {
  const path = `/pets/${name}`;
  const base = { rootId, path, relativePath: name, sizeBytes: 10, modifiedMs: 1.25 };
  return { ...base, folderLabel: null, folderTags: [], split: null, ...said };
}

function filled(): Filled {
  const { stores } = openTestLibrary();
  const dataset = stores.datasets.insert('pets', 1);
  const root = stores.datasets.addRoot(dataset.id, '/pets');
  const add: Filled['add'] = (name, bytes, said) => {
    const imageId = bytes === null ? null : stores.images.put(imageFacts(bytes));
    const content =
      imageId === null ? { imageId, problem: { code: 'image.empty', message: '0 bytes' } } : { imageId, problem: null };
    stores.files.insert(dataset.id, place(root.id, name, said), content);
    return imageId;
  };
  return { stores, datasetId: dataset.id, add };
}

describe('datasets', () => {
  it('refuse a name that differs by case alone', () => {
    const { stores } = filled();
    expect(() => stores.datasets.insert('PETS', 2)).toThrow(expect.objectContaining({ code: 'dataset.nameTaken' }));
    const other = stores.datasets.insert('birds', 2);
    expect(() => stores.datasets.rename(other.id, 'Pets')).toThrow(
      expect.objectContaining({ code: 'dataset.nameTaken' }),
    );
  });

  it('count files present, different images, problems and missing ones', () => {
    const { stores, datasetId, add } = filled();
    add('a.png', 'one');
    add('b.png', 'one');
    add('c.png', 'two');
    add('d.png', null);
    stores.files.markMissing(stores.files.page({ datasetId }, null, 10)[2]!.id);
    expect(stores.datasets.counts(datasetId)).toEqual({ files: 2, images: 1, missing: 1, problems: 1 });
  });

  it('removed take away what no other dataset holds, as many as was said before', () => {
    const { stores, datasetId, add } = filled();
    const shared = add('a.png', 'shared')!;
    const own = add('b.png', 'own')!;
    add('c.png', null);
    stores.images.setLabel(own, 'dog');
    stores.images.setLabel(shared, 'cat');
    stores.images.addTag(own, 'blurred');
    const other = stores.datasets.insert('other', 2);
    const root = stores.datasets.addRoot(other.id, '/other');
    stores.files.insert(other.id, place(root.id, 'x.png'), { imageId: shared, problem: null });
    expect(stores.datasets.removalCounts(datasetId)).toEqual({ files: 3, images: 1, userLabels: 1, userTags: 1 });
    const files = stores.datasets.filesOf(datasetId, null);
    expect(files.map(({ ownContentHash }) => ownContentHash)).toEqual([null, imageFacts('own').contentHash, null]);
    expect(stores.datasets.filesOf(datasetId, files.at(-1)!.fileId)).toEqual([]);
    for (const file of files) stores.datasets.removeFile(file);
    stores.datasets.remove(datasetId);
    expect(stores.images.find(own)).toBeNull();
    expect(stores.images.labelOf(shared)).toBe('cat');
    expect(stores.files.count({ datasetId: other.id })).toBe(1);
    expect(stores.datasets.list().map((one) => one.name)).toEqual(['other']);
  });
});

describe('files', () => {
  it('are paged by id with every filter, without a gap or a repeat', () => {
    const { stores, datasetId, add } = filled();
    for (let i = 0; i < 25; i++) {
      const said = { folderLabel: i % 3 === 0 ? 'cat' : null, split: i % 2 === 0 ? ('train' as const) : null };
      add(`${i}.png`, i % 5 === 4 ? null : `image ${i}`, { ...said, folderTags: i % 7 === 0 ? ['2021'] : [] });
    }
    const filters = [
      {},
      { state: 'present' as const },
      { label: 'cat' },
      { label: null },
      { split: null },
      { tag: '2021' },
    ];
    const sizes = filters.map((part) => {
      const filter = { datasetId, ...part };
      const all = stores.files.page(filter, null, 100);
      const paged = [];
      for (let page = stores.files.page(filter, null, 4); page.length > 0;) {
        paged.push(...page);
        page = stores.files.page(filter, page.at(-1)!.id, 4);
      }
      expect(paged).toEqual(all);
      expect(stores.files.count(filter)).toBe(all.length);
      return all.length;
    });
    expect(sizes).toEqual([25, 20, 9, 16, 12, 4]);
  });

  it("show the user's label before the folder's, and the folder's again when it is taken back", () => {
    const { stores, datasetId, add } = filled();
    const imageId = add('a.png', 'one', { folderLabel: 'cat' })!;
    stores.images.setLabel(imageId, 'dog');
    add('b.png', 'one', { folderLabel: 'bird' });
    const labels = (): readonly (string | null)[] =>
      stores.files.page({ datasetId }, null, 9).map((file) => file.label);
    expect(labels()).toEqual(['dog', 'dog']);
    const first = stores.files.page({ datasetId }, null, 1)[0]!;
    stores.files.replacePlace(first.id, place(1, 'a.png', { folderLabel: 'fish' }));
    expect(labels()).toEqual(['dog', 'dog']);
    stores.images.setLabel(imageId, null);
    expect(labels()).toEqual(['fish', 'bird']);
    expect(stores.files.labelCounts(datasetId)).toEqual([
      { label: 'bird', files: 1 },
      { label: 'fish', files: 1 },
    ]);
  });

  it('give training each image once in each split it has a file in', () => {
    const { stores, datasetId, add } = filled();
    add('a.png', 'one', { split: 'train', folderLabel: 'cat' });
    add('b.png', 'one', { split: 'train', folderLabel: 'dog' });
    add('c.png', 'one', { split: 'test', folderLabel: 'cat' });
    add('d.png', 'two');
    const rows = stores.files.images(datasetId).map(({ path, label, split }) => [path, label, split]);
    expect(rows).toEqual([
      ['/pets/c.png', 'cat', 'test'],
      ['/pets/a.png', 'cat', 'train'],
      ['/pets/d.png', null, null],
    ]);
  });

  it('give the same images in pieces, also where there are many and among those of others', () => {
    const { stores, datasetId, add } = filled();
    add('z.png', 'one', { split: 'train' });
    expect([...stores.files.imagesInPieces(datasetId)]).toEqual([stores.files.images(datasetId)]);
    const other = stores.datasets.insert('others', 0);
    const root = stores.datasets.addRoot(other.id, '/others');
    stores.transaction(() => {
      for (let i = 0; i < 2500; i++) {
        const [name, bytes] = [`${i % 7}/${i}.png`, `image ${i}`];
        const split = i % 3 === 0 ? 'test' : null;
        if (i % 5 > 0) add(name, bytes, { split });
        else
          stores.files.insert(other.id, place(root.id, name), {
            imageId: stores.images.put(imageFacts(bytes)),
            problem: null,
          });
      }
    });
    add('a.png', 'image 1', { split: 'val' });
    const pieces = [...stores.files.imagesInPieces(datasetId)];
    expect(pieces).toHaveLength(3);
    expect(pieces.flat()).toEqual(stores.files.images(datasetId));
    expect(pieces.flat()).toHaveLength(2002);
    expect([...stores.files.imagesInPieces(other.id)].flat()).toHaveLength(500);
  });

  it('that never held an image are dropped when they are gone; others are kept as missing', () => {
    const { stores, datasetId, add } = filled();
    add('a.png', 'one');
    add('b.png', null);
    for (const file of stores.files.page({ datasetId }, null, 9)) stores.files.markMissing(file.id);
    expect(stores.files.page({ datasetId }, null, 9)).toMatchObject([{ relativePath: 'a.png', state: 'missing' }]);
  });

  it('keep names in any Unicode form, with quotes, and by case, byte for byte', () => {
    const { stores, datasetId, add } = filled();
    const names = ['é.png', 'e\u0301.png', `it's "one".png`, 'A.png', 'a.png', '🐈\u200D⬛.png', '%_.png', ' .png'];
    names.forEach((name, i) => add(name, `image ${i}`));
    expect(stores.files.page({ datasetId }, null, 99).map((file) => file.relativePath)).toEqual(names);
  });
});

describe('images', () => {
  it('come back as they were put, and putting the same bytes again gives the same id', () => {
    const { stores } = filled();
    const { descriptor: _, ...facts } = imageFacts('one');
    const withDate = { ...facts, capturedAt: '2021-05-03T10:11:12', frames: 12 };
    const id = stores.images.put(withDate);
    expect(stores.images.put(withDate)).toBe(id);
    expect(stores.images.find(id)).toEqual({ id, ...withDate });
    expect(stores.images.findByHash(facts.contentHash)?.id).toBe(id);
  });

  it('carry tags and a label over, but never over a label that is there', () => {
    const { stores } = filled();
    const [from, to, labelled] = ['1', '2', '3'].map((bytes) => stores.images.put(imageFacts(bytes))) as [
      ImageId,
      ImageId,
      ImageId,
    ];
    stores.images.setLabel(from, 'cat');
    stores.images.addTag(from, 'dark');
    stores.images.setLabel(labelled, 'dog');
    expect(stores.images.carryOver(from, to)).toBe(true);
    stores.images.carryOver(from, labelled);
    expect([stores.images.labelOf(to), stores.images.tagsOf(to)]).toEqual(['cat', ['dark']]);
    expect([stores.images.labelOf(labelled), stores.images.tagsOf(labelled)]).toEqual(['dog', ['dark']]);
    stores.images.removeTag(to, 'dark');
    expect(stores.images.tagsOf(to)).toEqual([]);
  });
});

describe('runs', () => {
  const run: Run = {
    id: 'rabcdefgh1234' as RunId,
    name: 'first',
    datasetId: 1 as DatasetId,
    status: 'queued',
    config: trainingConfigSchema.parse({}),
    createdMs: 10,
    startedMs: null,
    endedMs: null,
    step: 0,
    totalSteps: null,
    elapsedMs: 0,
    loss: null,
    headline: null,
    failure: null,
    interruptedStep: null,
  };

  it('come back as they were put and changed, newest first', () => {
    const { stores } = filled();
    const newer = { ...run, id: 'rabcdefgi1234' as RunId, createdMs: 20 };
    stores.runs.insert(run);
    stores.runs.insert(newer);
    const headline = { protocol: 'knn' as const, step: 7, top1: 0.5, chance: 0.1, k: 200, n: 100 };
    stores.runs.update(run.id, { status: 'running', step: 7, loss: 5.25, headline, interruptedStep: 9 });
    const changed = { status: 'running', step: 7, loss: 5.25, headline, interruptedStep: 9 };
    expect(stores.runs.list()).toEqual([newer, { ...run, ...changed }]);
    stores.runs.remove(run.id);
    expect(stores.runs.find(run.id)).toBeNull();
  });

  it('keep no loss that is not a number, and refuse to change a run that is not there', () => {
    const { stores } = filled();
    stores.runs.insert(run);
    stores.runs.update(run.id, { loss: Number.NaN });
    expect(stores.runs.find(run.id)!.loss).toBeNull();
    const missing = (): void => stores.runs.update('r000000000000' as RunId, { step: 1 });
    expect(missing).toThrow(expect.objectContaining({ code: 'run.missing' }));
  });
});

describe('a transaction', () => {
  it('that throws leaves nothing behind', () => {
    const { stores } = filled();
    expect(() =>
      stores.transaction(() => {
        stores.datasets.insert('half', 0);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(stores.datasets.findByName('half')).toBeNull();
  });
});
