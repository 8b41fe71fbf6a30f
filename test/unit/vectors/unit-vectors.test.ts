import { expect, it } from 'vitest';
import { EmbeddingStore } from '#vectors/embedding-store.ts';
import { UnitVectorStore } from '#vectors/unit-vectors.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const hashOf = (i: number): string => i.toString(16).padStart(64, '0');
const made = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    contentHash: hashOf(first + i),
    vector: Float32Array.of(3 * (first + i), 4 * (first + i)),
  }));
const hashesIn = ({ hashes, count }: { hashes: Uint8Array; count: number }): number[] =>
  Array.from({ length: count }, (_, row) => Buffer.from(hashes).readUInt32BE(32 * row + 28));

it('has no vector of a key that holds nothing', () => {
  expect(new UnitVectorStore(temporaryFolder()).read('k-1-h')).toBeNull();
});

it('follows what is added, and what is forgotten even when as much was added since', async () => {
  const folder = temporaryFolder();
  const writer = new EmbeddingStore(folder);
  const reader = new UnitVectorStore(folder);
  await writer.append('k-1-h', made(1, 3));
  expect(hashesIn(reader.read('k-1-h')!)).toEqual([1, 2, 3]);
  for (let first = 4; first < 40; first += 9) {
    await writer.append('k-1-h', made(first, 9));
    const { count, values } = reader.read('k-1-h')!;
    expect(count).toBe(first + 8);
    for (let row = 0; row < count; row++) {
      expect(values[2 * row]).toBeCloseTo(0.6, 6);
      expect(values[2 * row + 1]).toBeCloseTo(0.8, 6);
    }
  }
  await writer.forget(new Set([hashOf(2)]));
  await writer.append('k-1-h', made(100, 1));
  const after = reader.read('k-1-h')!;
  expect(hashesIn(after)).toEqual([1, ...Array.from({ length: 37 }, (_, i) => i + 3), 100]);
  writer.remove('k-1-h');
  expect(reader.read('k-1-h')).toBeNull();
});
