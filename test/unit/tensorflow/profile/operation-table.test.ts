import { describe, expect, it } from 'vitest';
import { OperationTable } from '#tensorflow/profile/operation-table.ts';

const time = (op: string, startMs: number, endMs: number) => ({ op, startUs: 1000 * startMs, endUs: 1000 * endMs });

describe('OperationTable', () => {
  it('adds up by kind, as means of a step, the longest first', () => {
    const table = new OperationTable();
    table.addStep([[time('Mul', 0, 1), time('Conv2D', 1, 5)], [time('Mul', 0, 1)]]);
    table.addStep([[time('Conv2D', 0, 8)]]);
    expect(table.ms).toBe(7);
    expect(table.rows()).toEqual([
      { op: 'Conv2D', count: 1, ms: 6, share: 12 / 14, wallMs: 6 },
      { op: 'Mul', count: 1, ms: 1, share: 2 / 14, wallMs: 1 },
    ]);
  });

  it('divides a moment among the operations that run in it', () => {
    const table = new OperationTable();
    // A alone 0 … 2, with B 2 … 4, with two of B 4 … 6; nothing 6 … 9; B alone 9 … 10.
    table.addStep([[time('A', 0, 6), time('B', 2, 6), time('B', 4, 6), time('B', 9, 10)]]);
    const wall = new Map(table.rows().map(({ op, wallMs }) => [op, wallMs]));
    expect(wall.get('A')).toBeCloseTo(2 + 1 + 2 / 3, 9);
    expect(wall.get('B')).toBeCloseTo(1 + 4 / 3 + 1, 9);
    expect(table.wallMs).toBeCloseTo(7, 9);
    expect(table.ms).toBeCloseTo(13, 9);
  });

  it('takes operations that are over when they begin', () => {
    const table = new OperationTable();
    table.addStep([[time('NoOp', 1, 1), time('NoOp', 3, 3)]]);
    expect(table.rows()).toMatchObject([{ op: 'NoOp', count: 2, ms: 0, wallMs: 0 }]);
  });
});
