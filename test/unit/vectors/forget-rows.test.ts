import { cpSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { NPY_HEADER_BYTES } from '#vectors/npy.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const KEY = 'r0000000000000-40-h';
const OTHER = 'baseline-1';
const hashOf = (i: number): string => i.toString(16).padStart(64, '0');
const image = (i: number) => ({ contentHash: hashOf(i), vector: Float32Array.of(i, i / 2, -i) });
const images = (...ids: number[]) => ids.map(image);

/** A store that holds images 0 … 5,000 under one key and 1, 2 under another. */
function filled() {
  const folder = join(temporaryFolder(), 'vectors');
  const store = new EmbeddingStore(folder);
  void store.append(KEY, images(...Array.from({ length: 5001 }, (_, i) => i)));
  void store.append(OTHER, images(1, 2));
  return { folder, store };
}

describe('forgetting images', () => {
  it('takes their rows out of every key and off the disk, and leaves the others as they were', async () => {
    const { folder, store } = filled();
    await store.forget(new Set([1, 2, 4000].map(hashOf)));
    for (const found of [store.read(KEY)!, new EmbeddingStore(folder).read(KEY)!]) {
      expect(found.hashes).toHaveLength(4998);
      expect(found.rowOf.has(hashOf(4000))).toBe(false);
      const row = found.rowOf.get(hashOf(4999))!;
      expect([...found.vectors.values.subarray(3 * row, 3 * row + 3)]).toEqual([...image(4999).vector]);
    }
    expect(statSync(join(folder, KEY, 'vectors.npy')).size).toBe(NPY_HEADER_BYTES + 4998 * 12);
    expect(store.read(OTHER)).toBeNull();
    expect(readdirSync(folder)).toEqual([KEY]);
  });

  it('takes a forgotten image again, also one that is given while others are being forgotten', async () => {
    const { store } = filled();
    const forgetting = store.forget(new Set([3, 4].map(hashOf)));
    await store.append(KEY, images(3, 6000));
    await forgetting;
    expect(store.missing(KEY, [3, 4, 6000].map(hashOf))).toEqual([hashOf(4)]);
    expect(store.read(KEY)!.hashes).toHaveLength(5001);
  });

  it('is done or undone after an end at any moment', async () => {
    const { folder, store } = filled();
    const copies = temporaryFolder();
    const [whole, less, now] = [join(copies, 'whole'), join(copies, 'less'), join(folder, KEY)];
    cpSync(now, whole, { recursive: true });
    await store.forget(new Set([hashOf(1)]));
    renameSync(now, less);
    const rowsAfter = (): number | null => {
      new EmbeddingStore(folder).settle();
      expect(readdirSync(folder).filter((name) => name.includes('.'))).toEqual([]);
      return new EmbeddingStore(folder).read(KEY)?.hashes.length ?? null;
    };
    cpSync(whole, now, { recursive: true });
    cpSync(less, `${now}.kept`, { recursive: true });
    expect(rowsAfter()).toBe(5001);
    renameSync(now, `${now}.left`);
    cpSync(less, `${now}.kept`, { recursive: true });
    expect(rowsAfter()).toBe(5000);
    cpSync(whole, `${now}.left`, { recursive: true });
    expect(rowsAfter()).toBe(5000);
    expect(existsSync(`${now}.left`)).toBe(false);
  });
});
