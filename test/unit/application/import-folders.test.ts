import { describe, expect, it } from 'vitest';
import { importFolders, type ImportPorts, type ImportResult } from '#application/import-folders.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import { systemClock } from '#base/clock.ts';
import { openLibraryForWriting } from '#database/open-library.ts';
import { InMemoryPictures, InMemoryVectors } from '#test/support/in-memory-pictures.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { libraryDump } from '#test/support/library-dump.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const nothing = (): void => {};
const never = new AbortController().signal;

function portsOf(stores: LibraryStores, disk: InMemoryPictures, vectors = new InMemoryVectors()): ImportPorts {
  const { scanner } = disk;
  return { stores, scanner, decoder: disk.decoder(), vectors, clock: systemClock, thumbnailFolder: '/thumbnails' };
}

interface World {
  readonly disk: InMemoryPictures;
  readonly stores: LibraryStores;
  readonly again: (folders?: readonly string[], name?: string | null) => Promise<ImportResult>;
  readonly states: () => readonly (readonly [string, string])[];
}

/** A disk with two cats and two dogs, and a library. */
function world(): World {
  const disk = new InMemoryPictures(['/pets']);
  for (const name of ['cat/1', 'cat/2', 'dog/1', 'dog/2']) disk.write(`/pets/${name}.png`, name);
  const { stores } = openTestLibrary();
  const again: World['again'] = (folders = ['/pets'], name = null) =>
    importFolders(portsOf(stores, disk), { folders, name }, nothing, never);
  const states: World['states'] = () =>
    stores.datasets
      .list()
      .flatMap((dataset) => stores.files.page({ datasetId: dataset.id }, null, 99))
      .map((file) => [file.relativePath, file.state] as const);
  return { disk, stores, again, states };
}

describe('importing a folder', () => {
  it('counts everything new, labels by folder, and names the dataset after it', async () => {
    const { again, stores } = world();
    const result = await again();
    expect(result).toMatchObject({
      new: 4,
      changed: 0,
      moved: 0,
      missing: 0,
      unchanged: 0,
      files: 4,
      images: 4,
      read: 4,
    });
    expect(result.dataset.name).toBe('pets');
    expect(stores.files.labelCounts(result.dataset.id)).toEqual([
      { label: 'cat', files: 2 },
      { label: 'dog', files: 2 },
    ]);
  });

  it('again reads nothing and finds nothing new', async () => {
    const { again, disk } = world();
    await again();
    disk.described.length = 0;
    expect(await again()).toMatchObject({ new: 0, unchanged: 4, files: 4, read: 0 });
    expect(disk.described).toEqual([]);
  });

  it('that is not there fails and leaves no dataset', async () => {
    const { again, stores } = world();
    await expect(again(['/none'])).rejects.toMatchObject({ code: 'folder.missing' });
    expect(stores.datasets.list()).toEqual([]);
  });

  it('with nothing in it makes an empty dataset', async () => {
    const { disk, again } = world();
    disk.setConnected('/empty', true);
    expect(await again(['/empty'])).toMatchObject({ files: 0, images: 0, problems: 0 });
  });
});

describe('[I4] importing again', () => {
  it('keeps row, image, tags and label of a file that moved', async () => {
    const { again, disk, stores } = world();
    await again();
    const image = stores.images.findByHash(imageFacts('cat/2').contentHash)!;
    stores.images.addTag(image.id, 'best');
    disk.move('/pets/cat/2.png', '/pets/dog/moved.png');
    expect(await again()).toMatchObject({ moved: 1, new: 0, missing: 0, unchanged: 3, files: 4 });
    const file = stores.files.page({ datasetId: 1 as never, tag: 'best' }, null, 9)[0]!;
    expect(file).toMatchObject({ id: 2, relativePath: 'dog/moved.png', imageId: image.id });
    expect(stores.images.tagsOf(image.id)).toEqual(['best']);
  });

  it('marks what is gone as missing and takes it back when it returns, without reading it', async () => {
    const { again, disk, states } = world();
    await again();
    disk.remove('/pets/dog/2.png');
    expect(await again()).toMatchObject({ missing: 1, unchanged: 3, files: 3 });
    expect(await again()).toMatchObject({ missing: 1, unchanged: 3 });
    expect(states()).toContainEqual(['dog/2.png', 'missing']);
    disk.write('/pets/dog/2.png', 'dog/2');
    expect(await again()).toMatchObject({ missing: 0, unchanged: 4, files: 4 });
  });

  it('marks everything missing while a volume is away, says so, and has all back with it', async () => {
    const { again, disk, states } = world();
    await again();
    disk.setConnected('/pets', false);
    expect(await again()).toMatchObject({ missing: 4, problems: 1, files: 0 });
    disk.setConnected('/pets', true);
    expect(await again()).toMatchObject({ missing: 0, problems: 0, files: 4, unchanged: 4, read: 0 });
    expect(states()).toHaveLength(4);
  });

  it('gives tags and label of the old image to the new one when only the bytes changed', async () => {
    const { again, disk, stores } = world();
    await again();
    const before = stores.images.findByHash(imageFacts('dog/1').contentHash)!;
    stores.images.setLabel(before.id, 'wolf');
    stores.images.addTag(before.id, 'best');
    disk.write('/pets/dog/1.png', 'dog/1 with other metadata', 'dog/1');
    expect(await again()).toMatchObject({ changed: 1, carriedOver: 1, unchanged: 3 });
    const file = stores.files.page({ datasetId: 1 as never, label: 'wolf' }, null, 9)[0]!;
    expect(file.imageId).not.toBe(before.id);
    expect(stores.images.tagsOf(file.imageId!)).toEqual(['best']);
  });

  it('gives nothing over when the pixels changed', async () => {
    const { again, disk, stores } = world();
    await again();
    stores.images.setLabel(stores.images.findByHash(imageFacts('dog/1').contentHash)!.id, 'wolf');
    disk.write('/pets/dog/1.png', 'another picture');
    expect(await again()).toMatchObject({ changed: 1, carriedOver: 0 });
    expect(stores.files.count({ datasetId: 1 as never, label: 'wolf' })).toBe(0);
  });

  it('counts a file that was only touched as unchanged', async () => {
    const { again, disk } = world();
    await again();
    disk.touch('/pets/cat/1.png');
    expect(await again()).toMatchObject({ changed: 0, unchanged: 4, read: 1 });
    expect(await again()).toMatchObject({ read: 0 });
  });

  it('keeps one image for two files with the same bytes', async () => {
    const { again, disk } = world();
    disk.write('/pets/cat/copy.png', 'cat/1');
    expect(await again()).toMatchObject({ files: 5, images: 4 });
  });

  it('says labels anew when other folders change what folders mean', async () => {
    const { again, disk, stores } = world();
    const { dataset } = await again();
    disk.write('/pets/bird/1.png', 'the only bird');
    await again();
    expect(stores.files.labelCounts(dataset.id)).toEqual([{ label: null, files: 5 }]);
    expect(stores.files.count({ datasetId: dataset.id, tag: 'cat' })).toBe(2);
  });
});

describe('[I2] a path that cannot be used', () => {
  it('is one row with its cause, is tried again, and becomes an image when it can be read', async () => {
    const { again, disk, stores } = world();
    disk.undecodable.set('/pets/cat/1.png', 'image.unreadable');
    expect(await again()).toMatchObject({ new: 4, files: 3, problems: 1 });
    const problems = (): readonly unknown[] => stores.files.page({ datasetId: 1 as never, state: 'problem' }, null, 9);
    expect(problems()).toMatchObject([{ path: '/pets/cat/1.png', problem: { code: 'image.unreadable' } }]);
    expect(await again()).toMatchObject({ unchanged: 4, problems: 1 });
    disk.undecodable.clear();
    expect(await again()).toMatchObject({ changed: 1, files: 4, problems: 0 });
    expect(problems()).toEqual([]);
  });

  it('found by the scan is a row too, and goes when the cause is gone', async () => {
    const { again, disk, states } = world();
    disk.scanProblems.push({ path: '/pets/locked', code: 'folder.unreadable', message: 'No permission.' });
    expect(await again()).toMatchObject({ files: 4, problems: 1 });
    expect(states()).toContainEqual(['locked', 'problem']);
    disk.scanProblems.length = 0;
    expect(await again()).toMatchObject({ problems: 0, missing: 0 });
    expect(states()).toHaveLength(4);
  });
});

describe('choosing the dataset', () => {
  it('goes on with the one that has the folder, whatever it is called', async () => {
    const { again, stores } = world();
    await again(['/pets'], 'My animals');
    expect((await again()).dataset.name).toBe('My animals');
    expect(stores.datasets.list()).toHaveLength(1);
  });

  it('numbers a second folder of the same name', async () => {
    const { again, disk } = world();
    disk.setConnected('/other/pets', true);
    disk.write('/other/pets/1.png', 'other');
    await again();
    expect((await again(['/other/pets'])).dataset.name).toBe('pets 2');
  });

  it('adds a folder to the dataset named, and each file once when folders overlap', async () => {
    const { again, disk } = world();
    disk.setConnected('/pets/cat', true);
    disk.setConnected('/more', true);
    disk.write('/more/1.png', 'more');
    await again(['/pets/cat'], 'all');
    expect(await again(['/pets', '/more'], 'all')).toMatchObject({ files: 5, images: 5, new: 3, unchanged: 2 });
    expect(await again(['/pets/cat'], 'all')).toMatchObject({ files: 5, unchanged: 5 });
  });

  it('takes a folder called train or test for a split, also alone', async () => {
    const { again, disk, stores } = world();
    disk.setConnected('/cifar/train', true);
    disk.setConnected('/cifar/test', true);
    for (const split of ['train', 'test']) {
      for (const name of ['cat/1', 'cat/2', 'dog/1', 'dog/2'])
        disk.write(`/cifar/${split}/${name}.png`, `${split} ${name}`);
    }
    const { dataset } = await again(['/cifar/train'], 'cifar');
    expect(stores.files.count({ datasetId: dataset.id, split: 'train', label: 'cat' })).toBe(2);
    await again(['/cifar/test'], 'cifar');
    expect(stores.files.count({ datasetId: dataset.id, split: 'test', label: 'dog' })).toBe(2);
    expect(stores.files.count({ datasetId: dataset.id, split: 'train', label: 'cat' })).toBe(2);
  });

  it('refuses a name with a line break', async () => {
    const { again } = world();
    await expect(again(['/pets'], 'a\nb')).rejects.toMatchObject({ code: 'dataset.nameInvalid' });
  });
});

const manyPictures = (): InMemoryPictures => {
  const disk = new InMemoryPictures(['/many']);
  for (let i = 0; i < 1500; i++) disk.write(`/many/${i % 7}/${i}.png`, `picture ${i % 1400}`);
  for (let i = 0; i < 1500; i += 97) disk.undecodable.set(`/many/${i % 7}/${i}.png`, 'image.unreadable');
  return disk;
};

describe('[I3] an import that breaks off', () => {
  async function unbroken(): Promise<ReturnType<typeof libraryDump>> {
    const folder = temporaryFolder();
    const library = openLibraryForWriting(folder, 'test', 0);
    await importFolders(portsOf(library.stores, manyPictures()), { folders: ['/many'], name: null }, nothing, never);
    library.close();
    return libraryDump(folder);
  }

  it('by an error in any batch gives the same library, ids too, when it is repeated', async () => {
    const expected = await unbroken();
    for (const failAtAppend of [1, 2, 4, 6]) {
      const folder = temporaryFolder();
      const vectors = new InMemoryVectors();
      for (const at of [failAtAppend, Number.POSITIVE_INFINITY]) {
        vectors.failAtAppend = at;
        const library = openLibraryForWriting(folder, 'test', 0);
        const ports = portsOf(library.stores, manyPictures(), vectors);
        const done = importFolders(ports, { folders: ['/many'], name: null }, nothing, never);
        if (at === failAtAppend) await expect(done).rejects.toThrow('died here');
        else await done;
        library.close();
      }
      expect(libraryDump(folder)).toEqual(expected);
      const images = expected['images'] as { content_hash: Buffer }[];
      expect(vectors.hashes).toEqual(new Set(images.map((row) => row.content_hash.toString('hex'))));
    }
  });

  it('by the user says how far it came, keeps that, and goes on from there', async () => {
    const expected = await unbroken();
    const folder = temporaryFolder();
    const controller = new AbortController();
    const library = openLibraryForWriting(folder, 'test', 0);
    const stopAtHalf: Parameters<typeof importFolders>[2] = (progress) => {
      if (progress.phase === 'reading' && progress.done >= 512) controller.abort();
    };
    const request = { folders: ['/many'], name: null };
    const stopped = importFolders(portsOf(library.stores, manyPictures()), request, stopAtHalf, controller.signal);
    await expect(stopped).rejects.toMatchObject({ code: 'job.interrupted', data: { total: 1500 } });
    const { files, problems } = library.stores.datasets.counts(1 as never);
    expect(files + problems).toBeGreaterThanOrEqual(512);
    expect(files + problems).toBeLessThan(1500);
    const rest = await importFolders(portsOf(library.stores, manyPictures()), request, nothing, never);
    expect(rest.new).toBe(1500 - files - problems);
    library.close();
    expect(libraryDump(folder)).toEqual(expected);
  });
});
