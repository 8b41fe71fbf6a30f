import { expect, it } from 'vitest';
import { isWithinSeeds, type LossRun, lossWindows } from '../../bench/precision/loss-windows.ts';

const run = (seed: number, precision: LossRun['precision'], ...losses: number[]): LossRun => ({
  seed,
  precision,
  losses,
});

it('compares each seed with itself in the other precision, and seeds with each other', () => {
  const runs = [
    run(0, 'float32', 6, 6, 4, 2),
    run(0, 'bfloat16', 6, 6.5, 4, 3),
    run(1, 'float32', 7, 7, 3, 3),
    run(1, 'bfloat16', 7, 6, 3, 3.5),
  ];
  const [first, second] = lossWindows(runs, 2);
  expect(first).toEqual({
    steps: [1, 2],
    float32: { min: 6, max: 7 },
    bfloat16: { min: 6.25, max: 6.5 },
    seedSpread: 1,
    farthest: 0.5,
    meanDifference: -0.125,
  });
  expect(second).toMatchObject({ steps: [3, 4], seedSpread: 0, farthest: 0.5, meanDifference: 0.375 });
  expect([first!, second!].map(isWithinSeeds)).toEqual([true, false]);
});

it('covers every step once, also where they are fewer than windows', () => {
  const runs = [run(0, 'float32', 1, 2, 3), run(0, 'bfloat16', 1, 2, 3)];
  expect(lossWindows(runs, 10).map(({ steps }) => steps)).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(lossWindows(runs, 2).map(({ steps }) => steps)).toEqual([
    [1, 1],
    [2, 3],
  ]);
});

it('refuses runs that can’t be compared', () => {
  expect(() => lossWindows([run(0, 'float32', 1, 2)], 1)).toThrow('Seed 0 has no 2 losses in bfloat16.');
  expect(() => lossWindows([run(0, 'float32', 1, 2), run(0, 'bfloat16', 1)], 1)).toThrow('Seed 0 has no 2 losses');
});
