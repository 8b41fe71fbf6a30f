import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { vectorTable } from '#base/vector-table.ts';
import { exactNeighbours } from '#evaluation/neighbours.ts';
import { ExactSearch } from '#vectors/exact-search.ts';

function normals(count: number, dimensions: number, seed: number) {
  const stream = new RandomStream(seed, 'search test');
  return vectorTable(
    Float32Array.from({ length: count * dimensions }, () => stream.normal()),
    dimensions,
  );
}

let search: ExactSearch;
afterEach(() => search.close());

describe('ExactSearch.findNeighbours', () => {
  // 30 × 40 pairs are scanned in place, 500 × 300 on the thread.
  it.each([
    [30, 40, 8, 30],
    [500, 300, 16, 10],
  ])('finds what the definition finds (%i rows, %i queries)', async (bankRows, queryRows, dimensions, k) => {
    search = new ExactSearch();
    const bank = normals(bankRows, dimensions, 1);
    const queries = normals(queryRows, dimensions, 2);
    const expected = exactNeighbours(bank, queries, k);
    const found = await search.findNeighbours(bank, queries, k);
    expect(found.rows).toEqual(expected.rows);
    found.similarities.forEach((value, i) => expect(Math.abs(value - expected.similarities[i]!)).toBeLessThan(1e-5));
  });

  it('orders equal rows by number, and gives a zero vector the cosine 0', async () => {
    search = new ExactSearch();
    const bank = vectorTable(Float32Array.of(0, 1, 2, 0, 0, 0, 4, 0, 1, 0), 2);
    const found = await search.findNeighbours(bank, vectorTable(Float32Array.of(7, 0), 2), 5);
    expect([...found.rows]).toEqual([1, 3, 4, 0, 2]);
    expect([...found.similarities]).toEqual([1, 1, 1, 0, 0]);
  });

  it('refuses NaN, which the library underneath would rank first, and too large a k', async () => {
    search = new ExactSearch();
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
    search = new ExactSearch({ signal: controller.signal });
    controller.abort();
    await expect(search.findNeighbours(normals(400, 4, 1), normals(400, 4, 2), 1)).rejects.toThrow('abort');
  });
});
