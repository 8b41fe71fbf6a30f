import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { vectorTable } from '#base/vector-table.ts';
import { accuracyOf, confusionMatrix, majorityShare } from '#evaluation/accuracy.ts';
import { alignmentOf, uniformityOf } from '#evaluation/alignment-uniformity.ts';
import { exactNeighbours } from '#evaluation/neighbours.ts';
import { instanceRetrieval } from '#evaluation/retrieval.ts';

const normals = (count: number, dimensions: number, seed: number) => {
  const stream = new RandomStream(seed, 'measures test');
  return vectorTable(
    Float32Array.from({ length: count * dimensions }, () => stream.normal()),
    dimensions,
  );
};

describe('instanceRetrieval', () => {
  const first = normals(200, 16, 1);

  it('is 1 for views that coincide up to length, and near chance for unrelated ones', async () => {
    const longer = { ...first, values: first.values.map((value) => 3 * value) };
    expect(await instanceRetrieval(first, longer, exactNeighbours)).toEqual({ top1: 1, chance: 1 / 200, n: 200 });
    const unrelated = await instanceRetrieval(first, normals(200, 16, 2), exactNeighbours);
    expect(unrelated.top1).toBeLessThan(0.05);
  });

  it('gives a collapsed encoder nothing', async () => {
    const flat = vectorTable(new Float32Array(80).fill(1), 4);
    expect((await instanceRetrieval(flat, flat, exactNeighbours)).top1).toBe(0);
  });

  it('needs two images, equal shapes and finite values', async () => {
    await expect(instanceRetrieval(normals(1, 4, 1), normals(1, 4, 2), exactNeighbours)).rejects.toMatchObject({
      code: 'evaluation.empty',
    });
    await expect(instanceRetrieval(normals(3, 4, 1), normals(3, 5, 2), exactNeighbours)).rejects.toThrow('[3, 5]');
    const broken = { ...first, values: first.values.with(0, Number.POSITIVE_INFINITY) };
    await expect(instanceRetrieval(first, broken, exactNeighbours)).rejects.toMatchObject({
      code: 'vectors.notFinite',
    });
  });
});

describe('alignment and uniformity', () => {
  it('are 0 for coinciding rows, and 4 for opposite views', () => {
    const flat = vectorTable(new Float32Array(40).fill(2), 4);
    expect(alignmentOf(flat, flat)).toBe(0);
    expect(uniformityOf(flat)).toBeCloseTo(0, 12);
    const opposite = { ...flat, values: flat.values.map((value) => -5 * value) };
    expect(alignmentOf(flat, opposite)).toBeCloseTo(4, 5);
  });

  it('is about −4 for rows spread evenly over a sphere of many dimensions', () => {
    // There ‖u − u′‖² concentrates at 2, so ln E exp(−2·2) tends to −4 from above: + 2·2²·Var(u·u′) = 8/D.
    expect(uniformityOf(normals(300, 256, 3))).toBeCloseTo(-4 + 8 / 256, 2);
  });

  it('refuse too few rows and unequal shapes', () => {
    expect(() => uniformityOf(normals(1, 4, 1))).toThrow('at least 2 vectors');
    expect(() => alignmentOf(normals(2, 4, 1), normals(3, 4, 1))).toThrow('one shape');
  });
});

describe('accuracy', () => {
  it('counts truth in rows and predictions in columns', () => {
    const truth = [0, 0, 1, 2, 2, 2];
    const predictions = [0, 1, 1, 2, 2, 0];
    expect([...confusionMatrix(predictions, truth, 3)]).toEqual([1, 1, 0, 0, 1, 0, 1, 0, 2]);
    expect(accuracyOf(predictions, truth)).toBeCloseTo(4 / 6, 12);
    expect(majorityShare(truth, 3)).toBe(0.5);
    expect(() => confusionMatrix([3], [0], 3)).toThrow('0 … 2');
    expect(() => accuracyOf([1], [1, 2])).toThrow('1 predictions for 2 labels');
  });
});
