import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { rowOf, vectorTable } from '#base/vector-table.ts';
import { exactNeighbours } from '#evaluation/neighbours.ts';
import { ExactSearch } from '#vectors/exact-search.ts';
import type { StoredEmbeddings, VectorSource } from '#application/ports/vectors.ts';

const hashOf = (i: number): string => i.toString(16).padStart(64, '0');

function normals(count: number, dimensions: number, seed: number) {
  const stream = new RandomStream(seed, 'search test');
  return vectorTable(
    Float32Array.from({ length: count * dimensions }, () => stream.normal()),
    dimensions,
  );
}

/** Embeddings in memory. */
function sourceOf(vectors: ReturnType<typeof normals>): VectorSource {
  const hashes = Array.from({ length: vectors.count }, (_, i) => hashOf(i));
  const stored: StoredEmbeddings = { encoderKey: 'k', vectors, hashes, rowOf: new Map(hashes.map((h, i) => [h, i])) };
  return { read: (key) => (key === 'k' ? stored : null), missing: () => [], describe: () => null };
}

let search: ExactSearch;
afterEach(() => search.close());

describe('ExactSearch.findNeighbours', () => {
  // 30 × 40 pairs are scanned in place, 500 × 300 on the thread.
  it.each([
    [30, 40, 8, 30],
    [500, 300, 16, 10],
  ])('finds what the definition finds (%i rows, %i queries)', async (bankRows, queryRows, dimensions, k) => {
    search = new ExactSearch(sourceOf(normals(1, 2, 1)));
    const bank = normals(bankRows, dimensions, 1);
    const queries = normals(queryRows, dimensions, 2);
    const expected = exactNeighbours(bank, queries, k);
    const found = await search.findNeighbours(bank, queries, k);
    expect(found.rows).toEqual(expected.rows);
    found.similarities.forEach((value, i) => expect(Math.abs(value - expected.similarities[i]!)).toBeLessThan(1e-5));
  });

  it('orders equal rows by number, and gives a zero vector the cosine 0', async () => {
    search = new ExactSearch(sourceOf(normals(1, 2, 1)));
    const bank = vectorTable(Float32Array.of(0, 1, 2, 0, 0, 0, 4, 0, 1, 0), 2);
    const found = await search.findNeighbours(bank, vectorTable(Float32Array.of(7, 0), 2), 5);
    expect([...found.rows]).toEqual([1, 3, 4, 0, 2]);
    expect([...found.similarities]).toEqual([1, 1, 1, 0, 0]);
  });

  it('refuses NaN, which the library underneath would rank first, and too large a k', async () => {
    search = new ExactSearch(sourceOf(normals(1, 2, 1)));
    const bank = vectorTable(Float32Array.of(0, 1, Number.NaN, 0), 2);
    const query = vectorTable(Float32Array.of(1, 0), 2);
    await expect(search.findNeighbours(bank, query, 1)).rejects.toMatchObject({ code: 'vectors.notFinite' });
    await expect(search.findNeighbours(query, query, 2)).rejects.toThrow('k in 1 … 1');
    const [large, many] = [normals(400, 4, 1), normals(400, 4, 2)];
    await expect(search.findNeighbours(large, many, 401)).rejects.toThrow('k in 1 … 400');
    // The thread lives on after a refusal.
    expect((await search.findNeighbours(large, many, 1)).rows).toHaveLength(400);
  });

  it('stops between pieces when asked to', async () => {
    const controller = new AbortController();
    search = new ExactSearch(sourceOf(normals(1, 2, 1)), { signal: controller.signal });
    controller.abort();
    await expect(search.findNeighbours(normals(400, 4, 1), normals(400, 4, 2), 1)).rejects.toThrow('abort');
  });
});

describe('ExactSearch.nearest', () => {
  const vectors = normals(200, 8, 5);

  it('ranks the stored image first whose vector is the query, whatever its length', async () => {
    search = new ExactSearch(sourceOf(vectors));
    const direction = rowOf(vectors, 17).map((value) => 100 * value);
    const found = await search.nearest({ encoderKey: 'k', direction, candidates: null, top: 4 });
    expect(found).toHaveLength(4);
    expect(found[0]!.contentHash).toBe(hashOf(17));
    expect(found[0]!.score).toBeCloseTo(1, 5);
    expect(found.map((image) => image.score)).toEqual(found.map((image) => image.score).toSorted((a, b) => b - a));
  });

  it('answers only with candidates, in the order they would have among all, and ignores those not stored', async () => {
    search = new ExactSearch(sourceOf(vectors));
    const direction = rowOf(vectors, 17);
    const all = await search.nearest({ encoderKey: 'k', direction, candidates: null, top: 200 });
    const candidates = new Set([3, 60, 199, 4711].map(hashOf));
    const some = await search.nearest({ encoderKey: 'k', direction, candidates, top: 10 });
    expect(some).toEqual(all.filter((image) => candidates.has(image.contentHash)));
    expect(some).toHaveLength(3);
    expect(await search.nearest({ encoderKey: 'k', direction, candidates: new Set(), top: 3 })).toEqual([]);
  });

  it('gives nothing for a key that holds nothing', async () => {
    search = new ExactSearch(sourceOf(vectors));
    const query = { encoderKey: 'other', direction: rowOf(vectors, 1), candidates: null, top: 3 };
    expect(await search.nearest(query)).toEqual([]);
  });

  it('answers from more than 50,000 rows on its thread', async () => {
    const many = normals(60_000, 2, 6);
    search = new ExactSearch(sourceOf(many));
    const query = { encoderKey: 'k', direction: rowOf(many, 59_999), candidates: null, top: 200 };
    const found = await search.nearest(query);
    expect(found[0]!.score).toBeCloseTo(1, 5);
    expect(found.map((image) => image.contentHash)).toContain(hashOf(59_999));
  });
});
