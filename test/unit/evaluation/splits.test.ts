import { describe, expect, it } from 'vitest';
import { classBalancedSubset, seededHoldOut, stratifiedHoldOut } from '#evaluation/splits.ts';

const labels = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2));
const countsOf = (rows: Int32Array) => [0, 1, 2].map((label) => rows.filter((row) => labels[row] === label).length);

describe('stratifiedHoldOut', () => {
  it('holds out the same share of every class, and every row is on exactly one side', () => {
    const { train, heldOut } = stratifiedHoldOut(labels, 3, 0.2, 4);
    expect(countsOf(heldOut)).toEqual([140, 40, 20]);
    expect([...train, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('repeats for a seed and differs for another', () => {
    const first = stratifiedHoldOut(labels, 3, 0.2, 4).heldOut;
    expect(stratifiedHoldOut(labels, 3, 0.2, 4).heldOut).toEqual(first);
    expect(stratifiedHoldOut(labels, 3, 0.2, 5).heldOut).not.toEqual(first);
  });

  it('keeps a lone row for training and splits a pair', () => {
    expect(stratifiedHoldOut([0, 1, 1], 2, 0.2, 1).heldOut).toHaveLength(1);
    expect(stratifiedHoldOut([0, 1, 1], 2, 0.9, 1).train).toHaveLength(2);
    expect(stratifiedHoldOut([], 0, 0.2, 1).train).toHaveLength(0);
  });

  it('holds out rows without labels too', () => {
    const { train, heldOut } = seededHoldOut(50, 0.1, 3);
    expect([train.length, heldOut.length]).toEqual([45, 5]);
  });
});

describe('classBalancedSubset', () => {
  it('takes the same number of every class, at least one, at most all', () => {
    expect(countsOf(classBalancedSubset(labels, 3, 0.03, 1))).toEqual([10, 10, 10]);
    expect(countsOf(classBalancedSubset(labels, 3, 0.0001, 1))).toEqual([1, 1, 1]);
    expect(countsOf(classBalancedSubset(labels, 3, 1, 1))).toEqual([333, 200, 100]);
  });

  it('contains the smaller subset of the same seed', () => {
    const small = classBalancedSubset(labels, 3, 0.01, 7);
    const large = new Set(classBalancedSubset(labels, 3, 0.1, 7));
    expect(small.every((row) => large.has(row))).toBe(true);
    expect(classBalancedSubset(labels, 3, 0.01, 8)).not.toEqual(small);
  });
});
