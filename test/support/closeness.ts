/** Closeness of arrays of numbers, with the worst element named. */
import { expect } from 'vitest';

/** Every |actual − expected| ≤ tolerance · max(1, |expected|). */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  expect(actual.length, `${what} number of elements`).toBe(expected.length);
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(difference <= worst)) [worst, at] = [difference, i];
  }
  const message = `${what} element ${at} of ${expected.length}: ${actual[at]} for ${expected[at]}`;
  expect(worst, message).toBeLessThanOrEqual(tolerance);
}
