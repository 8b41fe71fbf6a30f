import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { ShapeError } from '#base/shapes.ts';
import { vectorTable } from '#base/vector-table.ts';
import { classifyByNeighbours, knnPredictions } from '#evaluation/knn.ts';
import { exactNeighbours, withoutSelf } from '#evaluation/neighbours.ts';

const table = (rows: number[][]) => vectorTable(Float32Array.from(rows.flat()), rows[0]!.length);
const noise = (count: number, dimensions: number) => {
  const stream = new RandomStream(3, 'knn test');
  return vectorTable(
    Float32Array.from({ length: count * dimensions }, () => stream.normal()),
    dimensions,
  );
};

describe('exactNeighbours', () => {
  it('orders by cosine whatever the lengths, and equal ones by row', () => {
    const bank = table([
      [0, 5],
      [1, 1],
      [10, 0],
      [2, 2],
    ]);
    const lists = exactNeighbours(bank, table([[3, 0]]), 4);
    expect([...lists.rows]).toEqual([2, 1, 3, 0]);
    expect(lists.similarities[0]).toBeCloseTo(1, 6);
    expect(lists.similarities[1]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it('refuses a k beyond the bank and unequal dimensions', () => {
    expect(() => exactNeighbours(noise(3, 2), noise(1, 2), 4)).toThrow(ShapeError);
    expect(() => exactNeighbours(noise(3, 2), noise(1, 3), 1)).toThrow('bank [3, 2], queries [1, 3]');
  });
});

describe('withoutSelf', () => {
  it("drops a query's own row, and the farthest where the own row is absent", () => {
    const lists = {
      k: 3,
      rows: Int32Array.of(7, 4, 2, 5, 6, 1),
      similarities: Float32Array.of(1, 0.9, 0.8, 1, 1, 0.5),
    };
    const kept = withoutSelf(lists, [4, -1]);
    expect([...kept.rows]).toEqual([7, 2, 5, 6]);
    expect([...kept.similarities]).toEqual([1, Math.fround(0.8), 1, 1]);
  });
});

describe('knnPredictions', () => {
  const lists = { k: 3, rows: Int32Array.of(0, 1, 2), similarities: Float32Array.of(0.9, 0.8, 0.8) };

  it('lets one near neighbour outvote two farther ones when the temperature is low, not when it is high', () => {
    const labels = [1, 0, 0];
    expect([...knnPredictions(lists, labels, 2, { k: 3, temperature: 0.1 })]).toEqual([1]);
    expect([...knnPredictions(lists, labels, 2, { k: 3, temperature: 10 })]).toEqual([0]);
  });

  it('counts only the first k', () => {
    expect([...knnPredictions(lists, [1, 0, 0], 2, { k: 1, temperature: 10 })]).toEqual([1]);
  });

  it('stays finite at a temperature that would overflow exp(cos / tau)', () => {
    expect([...knnPredictions(lists, [1, 0, 0], 2, { k: 3, temperature: 1e-4 })]).toEqual([1]);
  });
});

describe('classifyByNeighbours', () => {
  const bank = { vectors: noise(40, 8), labels: Int32Array.from({ length: 40 }, (_, i) => i % 2) };

  it('does not let an image of the bank vote for itself', async () => {
    const own = Int32Array.from({ length: 40 }, (_, i) => i);
    const [withSelf] = await classifyByNeighbours(bank, bank.vectors, 2, [1], 0.1, exactNeighbours);
    const [without] = await classifyByNeighbours(bank, bank.vectors, 2, [1], 0.1, exactNeighbours, own);
    expect([...withSelf!.predictions]).toEqual([...bank.labels]);
    // Labels are noise, so without themselves images are right about half the time, never always.
    expect([...without!.predictions]).not.toEqual([...bank.labels]);
  });

  it('caps k at the rows that may vote', async () => {
    const queries = vectorTable(bank.vectors.values.slice(0, 8), 8);
    const outside = await classifyByNeighbours(bank, queries, 2, [200, 20], 0.1, exactNeighbours);
    expect(outside.map((result) => result.k)).toEqual([40, 20]);
    const inside = await classifyByNeighbours(bank, queries, 2, [200], 0.1, exactNeighbours, [0]);
    expect(inside[0]!.k).toBe(39);
  });

  it('refuses an empty bank, one class, a label out of range and NaN, each by name', async () => {
    const queries = noise(2, 8);
    const classify = (labels: number[], vectors = bank.vectors) =>
      classifyByNeighbours({ vectors, labels: Int32Array.from(labels) }, queries, 2, [5], 0.1, exactNeighbours);
    await expect(classify([], vectorTable(new Float32Array(0), 8))).rejects.toMatchObject({ code: 'evaluation.empty' });
    const same = Array.from({ length: 40 }, () => 1);
    await expect(classify(same)).rejects.toMatchObject({ code: 'evaluation.tooFewClasses' });
    await expect(classify([...bank.labels].with(3, 2))).rejects.toThrow('label 2 is not in 0 … 1');
    const broken = { ...bank.vectors, values: bank.vectors.values.with(17, Number.NaN) };
    await expect(classify([...bank.labels], broken)).rejects.toMatchObject({
      code: 'vectors.notFinite',
      data: { row: 2, position: 1 },
    });
  });
});
