/** Folders dropped in a browser, from the page's sending of them to the library: real door, inbox, files and SQLite. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { importFolders, type ImportResult } from '#application/import-folders.ts';
import type { ImageDecoder } from '#application/ports/images.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import { systemClock } from '#base/clock.ts';
import type { DatasetId } from '#base/ids.ts';
import { Access } from '#hosts/engine/access.ts';
import { Inbox } from '#hosts/engine/inbox.ts';
import { startEngineServer } from '#hosts/engine/server.ts';
import { uploadedFiles, uploadRequest } from '#hosts/engine/upload-imports.ts';
import { uploadRoutes } from '#hosts/engine/uploads.ts';
import { createFileScanner } from '#images/file-scanner.ts';
import { imageFacts } from '#test/support/image-facts.ts';
import { InMemoryVectors } from '#test/support/in-memory-pictures.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';
import { uploadFiles, type UploadingStudio } from '../../src-renderer/transport/upload.ts';

/** A picture's pixels are what stands before the bar. */
const decoder: Pick<ImageDecoder, 'describe'> = {
  describe: async function* (paths) {
    if (isDecoderDead) throw new Error('The decoder died here.');
    for await (const path of paths) {
      const text = readFileSync(path, 'utf8');
      yield { path, facts: imageFacts(text, text.split('|')[0]) };
    }
  },
};

let isDecoderDead = false;
let stores: LibraryStores;
let inbox: Inbox;
let inboxFolder: string;
let notices: string[];
let results: ImportResult[];
/** Uploads with the bytes that came. */
let sent: string[];
let studio: UploadingStudio;

beforeEach(async () => {
  const folder = temporaryFolder();
  inboxFolder = join(folder, 'inbox');
  ({ stores } = openTestLibrary(folder));
  inbox = new Inbox(inboxFolder);
  notices = [];
  results = [];
  sent = [];
  const access = new Access();
  const wiring = null as never;
  const door = { access, pageFolder: null, rpc: async () => null, pictures: new Hono(), port: 0 };
  const server = await startEngineServer({ ...door, uploads: uploadRoutes({ inbox, wiring }) });
  onTestFinished(() => server.close());
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, request: RequestInit & { headers: Record<string, string> }) => {
    const { size } = request.body as Blob;
    if (size > 0) sent.push(decodeURIComponent(request.headers['x-kindred-path']!));
    return real(`http://127.0.0.1:${server.port}${path}`, request);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const ports = { stores, decoder: decoder as ImageDecoder, vectors: new InMemoryVectors(), clock: systemClock };
  const scanner = inbox.scanner(createFileScanner());
  const never = new AbortController().signal;
  const dataset: Parameters<Parameters<UploadingStudio['ask']>[0]>[0]['dataset'] = {
    uploaded: async (folder) => uploadedFiles({ inbox, stores }, folder),
    importUpload: async (folder) => {
      const request = uploadRequest({ inbox, stores }, folder);
      results.push(await importFolders({ ...ports, scanner, thumbnailFolder: '' }, request, () => {}, never));
      return { jobId: 'j0' };
    },
  };
  const ask: UploadingStudio['ask'] = (call) => call({ dataset });
  studio = {
    key: access.key,
    notify: (text) => notices.push(text),
    beginUpload: () => ({ report: () => {}, isCancelled: () => false, end: () => {} }),
    ask,
    addImages: ask,
  };
});

type Content = string | File;
const plain = (path: string, content: Content): File =>
  content instanceof File
    ? content
    : new File([content], path.split('/').at(-1)!, { lastModified: 1000 + content.length });

/** Drops a folder's files, by their paths. */
async function drop(files: Readonly<Record<string, Content>>): Promise<ImportResult> {
  const before = results.length;
  await uploadFiles(
    studio,
    Object.entries(files).map(([path, content]) => ({ relativePath: path, file: plain(path, content) })),
  );
  expect(results, notices.join()).toHaveLength(before + 1);
  return results.at(-1)!;
}

const PETS = {
  'pets/train/cat/1.png': 'cat 1',
  'pets/train/cat/2.png': 'cat 2',
  'pets/train/dog/1.png': 'dog 1',
  'pets/test/dog/2.png': 'dog 2',
};

function rows(datasetId: DatasetId) {
  const files = stores.files.page({ datasetId }, null, 99);
  return files.map(({ relativePath, state, label, split }) => `${relativePath} ${state} ${label} ${split}`).toSorted();
}

const idOf = (name: string): number => stores.images.findByHash(imageFacts(name).contentHash)!.id;

describe('a folder that is dropped again', () => {
  it('changed, is the same data set: new files come, gone ones are missing, nothing doubles', async () => {
    const { dataset } = await drop(PETS);
    stores.images.setLabel(idOf('cat 1') as never, 'kitten');
    stores.images.addTag(idOf('dog 1') as never, 'best');
    const { 'pets/train/cat/2.png': _, ...left } = PETS;
    const again = await drop({ ...left, 'pets/test/cat/3.png': 'cat 3' });
    expect(again).toMatchObject({ new: 1, missing: 1, moved: 0, changed: 0, unchanged: 3, files: 4 });
    expect(again.dataset.id).toBe(dataset.id);
    expect(stores.datasets.list()).toHaveLength(1);
    expect(stores.datasets.list()[0]!.roots).toHaveLength(1);
    expect(rows(dataset.id)).toEqual([
      'test/cat/3.png present cat test',
      'test/dog/2.png present dog test',
      'train/cat/1.png present kitten train',
      'train/cat/2.png missing cat train',
      'train/dog/1.png present dog train',
    ]);
    expect(stores.images.tagsOf(idOf('dog 1') as never)).toEqual(['best']);
  });

  it('with a picture whose bytes changed, changes its row, and keeps label and tags where the pixels are the same', async () => {
    const { dataset } = await drop(PETS);
    stores.images.setLabel(idOf('cat 1') as never, 'kitten');
    stores.images.addTag(idOf('cat 1') as never, 'best');
    const again = await drop({ ...PETS, 'pets/train/cat/1.png': 'cat 1|turned', 'pets/train/dog/1.png': 'wolf' });
    expect(again).toMatchObject({ new: 0, changed: 2, carriedOver: 1, missing: 0, files: 4 });
    expect(rows(dataset.id)).toContain('train/cat/1.png present kitten train');
    expect(stores.images.tagsOf(idOf('cat 1|turned') as never)).toEqual(['best']);
  });

  it('without one of two equal pictures, misses that one and no other', async () => {
    const { dataset } = await drop({ 'pets/a.png': 'twin', 'pets/b.png': 'twin', 'pets/c.png': 'other' });
    await drop({ 'pets/b.png': 'twin', 'pets/c.png': 'other' });
    expect(rows(dataset.id)).toEqual(['a.png missing null null', 'b.png present null null', 'c.png present null null']);
  });

  it('as it was once, has its missing files back', async () => {
    const { dataset } = await drop(PETS);
    const before = rows(dataset.id);
    const { 'pets/train/cat/2.png': _, ...left } = PETS;
    await drop(left);
    expect(await drop(PETS)).toMatchObject({ missing: 0, files: 4, new: 0 });
    expect(rows(dataset.id)).toEqual(before);
  });

  it('sends what has changed and no more, and keeps every byte that came', async () => {
    await drop(PETS);
    sent.length = 0;
    const [first] = readdirSync(inboxFolder);
    const again = await drop({ ...PETS, 'pets/train/cat/2.png': 'another' });
    expect(again).toMatchObject({ changed: 1, unchanged: 3, read: 1 });
    expect(sent).toEqual(['pets/train/cat/2.png']);
    const kept = readdirSync(join(inboxFolder, first!)).filter((name) => /^[0-9a-f]{64}/.test(name));
    expect(kept).toHaveLength(4);
    for (const name of kept) expect(statSync(join(inboxFolder, first!, name)).size).toBeGreaterThan(0);
  });

  it('goes on after an import that died when the folder had its new place and its files had not', async () => {
    const { dataset } = await drop(PETS);
    stores.images.setLabel(idOf('cat 1') as never, 'kitten');
    const changed = { ...PETS, 'pets/train/cat/3.png': 'cat 3' };
    isDecoderDead = true;
    await expect(drop(changed)).rejects.toThrow('The upload stopped: The decoder died here.');
    isDecoderDead = false;
    expect(await drop(changed)).toMatchObject({ new: 1, missing: 0, files: 5, dataset: { id: dataset.id } });
    expect(rows(dataset.id).filter((row) => row.includes('kitten'))).toHaveLength(1);
  });
});

describe('another folder of the same name', () => {
  it('is a data set of its own, with a free name', async () => {
    const { dataset } = await drop(PETS);
    const other = await drop({ 'pets/hamster/9.png': 'hamster' });
    expect(other.dataset.name).toBe('pets 2');
    expect(rows(dataset.id)).toHaveLength(4);
    expect(rows(dataset.id)).toContain('train/cat/1.png present cat train');
  });

  it('that is dropped again, is known by what lies in it, also when the first was renamed', async () => {
    const { dataset } = await drop(PETS);
    await drop({ 'pets/hamster/9.png': 'hamster' });
    stores.datasets.rename(dataset.id, 'cats and dogs');
    const hamsters = await drop({ 'pets/hamster/9.png': 'hamster', 'pets/hamster/10.png': 'another' });
    expect(hamsters.dataset.name).toBe('pets 2');
    expect((await drop({ ...PETS, 'pets/train/cat/4.png': 'cat 4' })).dataset.name).toBe('cats and dogs');
    expect(stores.datasets.list()).toHaveLength(2);
  });
});

describe('a file that cannot be taken', () => {
  const problems = (datasetId: DatasetId) =>
    stores.files
      .page({ datasetId, state: 'problem' }, null, 99)
      .map(({ relativePath, problem }) => `${relativePath} ${problem!.code}`);

  function largeFile(name: string): File {
    return Object.defineProperty(new File(['x'], name), 'size', { value: 600 * 2 ** 20 });
  }

  /** What a browser makes of a file that was deleted since the drop. */
  function goneFile(name: string): File {
    const file = new File(['x'], name);
    const refuse = (): never => {
      throw new DOMException('gone', 'NotReadableError');
    };
    return Object.defineProperties(file, { slice: { value: () => ({ arrayBuffer: refuse }) } });
  }

  it('is one row with its cause, and the rest is imported', async () => {
    const { dataset, files } = await drop({
      ...PETS,
      'pets/train/cat/large.tif': largeFile('large.tif'),
      'pets/train/cat/odd\u0007name.png': 'odd',
      'pets/train/cat/empty.png': '',
      'pets/train/cat/raw.nef': 'raw',
      'pets/train/cat/film.mp4': 'film',
    });
    expect(files).toBe(4);
    expect(problems(dataset.id).toSorted()).toEqual([
      'train/cat/empty.png image.empty',
      'train/cat/large.tif image.tooLarge',
      'train/cat/odd\u{FFFD}name.png image.badName',
      'train/cat/raw.nef image.unsupported',
    ]);
    expect(sent.filter((path) => /large|raw|film/.test(path))).toEqual([]);
    expect(notices).toEqual([
      expect.stringMatching(/^2 files were not taken, the first: pets\/train\/cat\/large\.tif/),
    ]);
  });

  it('because it is gone since the drop, is told and left out at once', async () => {
    const door = globalThis.fetch;
    vi.stubGlobal('fetch', (path: string, request: RequestInit) =>
      (request.body as Blob).size === 1 ? Promise.reject(new TypeError('Failed to fetch')) : door(path, request),
    );
    const { dataset } = await drop({ ...PETS, 'pets/gone.png': goneFile('gone.png') });
    expect(problems(dataset.id)).toEqual(['gone.png image.unreadable']);
    expect(notices).toEqual(['1 file was not taken, the first: pets/gone.png (it could not be read any more)']);
  });

  it('because the disk is full, ends the upload, and the same drop goes on from there', async () => {
    const taken = inbox.keep.bind(inbox);
    const keep = vi.spyOn(inbox, 'keep').mockImplementationOnce(taken);
    keep.mockRejectedValueOnce(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
    await expect(drop(PETS)).rejects.toThrow('The upload stopped: The disk is full');
    sent.length = 0;
    keep.mockRestore();
    expect(await drop(PETS)).toMatchObject({ new: 4, files: 4 });
    expect(sent).toHaveLength(3);
  });
});
