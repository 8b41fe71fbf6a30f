import { describe, expect, it } from 'vitest';
import type { Contestant, Row } from '../../bench/speed/row.ts';
import { runRow } from '../../bench/speed/run-row.ts';

function contestant(name: string, values: readonly number[], order: string[]): Contestant {
  let turn = 0;
  return {
    name,
    start: async () => ({
      turn: async () => {
        order.push(name);
        return values[turn++]!;
      },
      facts: () => ({}),
      stop: async () => {},
    }),
  };
}

function rowOf(unit: Row['unit'], values: Readonly<Record<string, readonly number[]>>) {
  const order: string[] = [];
  const [ours, ...peers] = Object.entries(values).map(([name, each]) => contestant(name, each, order));
  const row: Row = { name: 'r', family: 'f', title: '', unit, target: null, turns: 3, ours: [ours!], peers };
  return { row, order };
}

describe('runRow', () => {
  it('lets all take turns, and holds ours against the best peer', async () => {
    const { row, order } = rowOf('views/s', { ours: [20, 30, 40], slow: [8, 9, 10], fast: [10, 10, 10] });
    const { ratio, peers } = await runRow(row, () => {});
    expect(order.slice(0, 6)).toEqual(['ours', 'slow', 'fast', 'ours', 'slow', 'fast']);
    expect(peers.map(({ median }) => median)).toEqual([9, 10]);
    expect(ratio).toMatchObject({ median: 3, min: 2, max: 4 });
  });

  it('asks a peer once that makes less than half of the best', async () => {
    const { row, order } = rowOf('images/s', { ours: [20, 20, 20], far: [4, 0, 0], near: [10, 10, 10] });
    const { ratio, peers } = await runRow(row, () => {});
    expect(order.filter((name) => name === 'far')).toHaveLength(1);
    expect(peers[0]!.values).toEqual([4]);
    expect(ratio!.median).toBe(2);
  });

  it('takes less for better where memory is measured', async () => {
    const { row, order } = rowOf('MB', { ours: [100, 100, 100], far: [900, 0, 0], near: [200, 200, 200] });
    const { ratio } = await runRow(row, () => {});
    expect(order.filter((name) => name === 'far')).toHaveLength(1);
    expect(ratio!.median).toBe(0.5);
  });
});
