import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { NPY_HEADER_BYTES, npyHeader, parseNpyHeader } from '#vectors/npy.ts';

const KEY = 'r0000000000000-40-h';
const hashOf = (i: number): string => i.toString(16).padStart(64, '0');
const image = (i: number, dimensions = 3) => ({
  contentHash: hashOf(i),
  vector: Float32Array.from({ length: dimensions }, (_, j) => i + j / 8),
});
const images = (...ids: number[]) => ids.map((i) => image(i));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kindred-vectors-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (name: string): string => join(folder, KEY, name);
/** What a process that starts now would find. */
const stored = () => new EmbeddingStore(folder).read(KEY);
/** Shapes in the heads, and whether the files hold at least what the heads claim: then NumPy opens them. */
const heads = () =>
  ['vectors.npy', 'hashes.npy'].map((name) => {
    const bytes = readFileSync(pathOf(name));
    const { shape, descr } = parseNpyHeader(bytes)!;
    const rowBytes = descr === '|S64' ? 64 : 4 * shape[1]!;
    expect(bytes.length).toBeGreaterThanOrEqual(NPY_HEADER_BYTES + shape[0]! * rowBytes);
    return shape[0];
  });

describe('EmbeddingStore', () => {
  it('gives back what was appended, in order, also to the next process', () => {
    const store = new EmbeddingStore(folder);
    expect(store.read(KEY)).toBeNull();
    store.append(KEY, images(1, 2));
    store.append(KEY, images(5));
    for (const found of [store.read(KEY)!, stored()!]) {
      expect(found.hashes).toEqual([1, 2, 5].map(hashOf));
      expect([...found.vectors.values]).toEqual([1, 2, 5].flatMap((i) => [...image(i).vector]));
      expect(found.rowOf.get(hashOf(5))).toBe(2);
    }
    expect(store.describe(KEY)).toMatchObject({ count: 3, dimensions: 3 });
    expect(heads()).toEqual([3, 3]);
  });

  it('leaves a hash that is there as it is, and takes one given twice once', () => {
    const store = new EmbeddingStore(folder);
    store.append(KEY, images(1, 2));
    const changed = { contentHash: hashOf(2), vector: Float32Array.of(9, 9, 9) };
    new EmbeddingStore(folder).append(KEY, [changed, image(3), image(3)]);
    expect(stored()!.hashes).toEqual([1, 2, 3].map(hashOf));
    expect(stored()!.vectors.values[3]).toBe(2);
  });

  it('tells what is missing, once each', () => {
    const store = new EmbeddingStore(folder);
    expect(store.missing(KEY, [1, 1].map(hashOf))).toEqual([hashOf(1)]);
    store.append(KEY, images(1, 2));
    expect(store.missing(KEY, [3, 1, 4, 3].map(hashOf))).toEqual([3, 4].map(hashOf));
  });

  it('sees rows that another process added', () => {
    const reader = new EmbeddingStore(folder);
    new EmbeddingStore(folder).append(KEY, images(1));
    expect(reader.read(KEY)!.hashes).toHaveLength(1);
    new EmbeddingStore(folder).append(KEY, images(2));
    expect(reader.read(KEY)!.hashes).toHaveLength(2);
  });

  it('keeps keys apart, lists them, and removes one without the other', () => {
    const store = new EmbeddingStore(folder);
    expect(store.keys()).toEqual([]);
    store.append(KEY, images(1));
    store.append('baseline-1', [image(1, 5)]);
    expect(store.keys()).toEqual(['baseline-1', KEY]);
    store.remove(KEY);
    expect(store.read(KEY)).toBeNull();
    expect(store.missing(KEY, [hashOf(1)])).toEqual([hashOf(1)]);
    expect(store.read('baseline-1')!.vectors.dimensions).toBe(5);
    store.append(KEY, [image(7, 2)]);
    expect(stored()!.vectors.dimensions).toBe(2);
  });

  it('refuses NaN and other lengths, and stores nothing of that batch', () => {
    const store = new EmbeddingStore(folder);
    store.append(KEY, images(1));
    const broken = { contentHash: hashOf(3), vector: Float32Array.of(0, Number.NaN, 0) };
    expect(() => store.append(KEY, [image(2), broken])).toThrow(expect.objectContaining({ code: 'vectors.notFinite' }));
    expect(() => store.append(KEY, [image(2), image(3, 4)])).toThrow(
      expect.objectContaining({ code: 'vectors.mismatch', data: { encoderKey: KEY, dimensions: 3, found: 4 } }),
    );
    expect(stored()!.hashes).toEqual([hashOf(1)]);
    store.append(KEY, images(2));
    expect(stored()!.hashes).toEqual([1, 2].map(hashOf));
  });

  it('keeps the order of what is added and forgotten in turns, and goes on after what was refused', async () => {
    const store = new EmbeddingStore(folder);
    const first = store.appendInTurns(KEY, images(1, 2));
    const refused = store.appendInTurns(KEY, [image(3, 4)]);
    const forgotten = store.forget(new Set([hashOf(1)]));
    const last = Promise.resolve(store.append(KEY, images(3, 2)));
    await expect(refused).rejects.toMatchObject({ code: 'vectors.mismatch' });
    await Promise.all([first, forgotten, last]);
    expect(stored()!.hashes).toEqual([2, 3].map(hashOf));
    await store.appendInTurns(KEY, images(1));
    expect(stored()!.hashes).toEqual([2, 3, 1].map(hashOf));
    expect(heads()).toEqual([3, 3]);
  });

  it('takes no key or hash that could name another place', () => {
    const store = new EmbeddingStore(folder);
    expect(() => store.append('../out', images(1))).toThrow('cannot be an encoder');
    expect(() => store.append(KEY, [{ ...image(1), contentHash: '../1' }])).toThrow('not a content hash');
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** Two rows are there, a third can be added, and nothing else is left behind. */
const goesOn = (): void => {
  expect(stored()!.hashes).toEqual([1, 2].map(hashOf));
  new EmbeddingStore(folder).append(KEY, images(3));
  expect(stored()!.hashes).toEqual([1, 2, 3].map(hashOf));
  expect(stored()!.vectors.values.slice(6)).toEqual(image(3).vector);
  expect(heads()).toEqual([3, 3]);
  expect(readFileSync(pathOf('vectors.npy'))).toHaveLength(NPY_HEADER_BYTES + 3 * 12);
};

describe('after a crash', () => {
  beforeEach(() => new EmbeddingStore(folder).append(KEY, images(1, 2)));

  it('[E1] forgets rows, whole or torn, that no manifest names', () => {
    appendFileSync(pathOf('vectors.npy'), Buffer.alloc(12 + 5, 1));
    expect(heads()).toEqual([2, 2]);
    goesOn();
  });

  it('[E3] bears a head that was ahead of the manifest', () => {
    appendFileSync(pathOf('vectors.npy'), Buffer.alloc(24, 1));
    const bytes = readFileSync(pathOf('vectors.npy'));
    npyHeader({ descr: '<f4', shape: [4, 3] }).copy(bytes);
    writeFileSync(pathOf('vectors.npy'), bytes);
    expect(heads()).toEqual([4, 2]);
    goesOn();
  });

  it('takes no half-written manifest for one', () => {
    writeFileSync(pathOf('manifest.json.new'), '{"formatVersion":1,"enc');
    goesOn();
  });

  it.each([
    [
      'a file that lost rows',
      () => truncateSync(pathOf('vectors.npy'), NPY_HEADER_BYTES + 12),
      'vectors.npy ends after',
    ],
    ['a file that is gone', () => rmSync(pathOf('hashes.npy')), 'hashes.npy is gone'],
    ['a head of another kind', () => writeFileSync(pathOf('vectors.npy'), Buffer.alloc(400)), 'does not begin as it'],
    ['a manifest of nonsense', () => writeFileSync(pathOf('manifest.json'), '[]'), 'manifest.json is not that of'],
    [
      'a manifest with other dimensions',
      () =>
        writeFileSync(
          pathOf('manifest.json'),
          JSON.stringify({ formatVersion: 1, encoderKey: KEY, dimensions: 4, count: 2 }),
        ),
      'does not begin as it',
    ],
    [
      "another key's manifest",
      () =>
        writeFileSync(
          pathOf('manifest.json'),
          JSON.stringify({ formatVersion: 1, encoderKey: 'x', dimensions: 3, count: 2 }),
        ),
      'not that of',
    ],
  ])('names %s as damage, and what to do', (_, harm, message) => {
    harm();
    expect(stored).toThrow(expect.objectContaining({ code: 'vectors.damaged' }));
    expect(stored).toThrow(message);
    expect(stored).toThrow('delete the folder and embed again');
  });
});
