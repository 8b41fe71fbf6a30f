/**
 * Means over the values around each, so that several noisy curves can be told apart: as many on either side as there are, at
 * most `reach`.
 */
export function runningMean(values: readonly number[], reach: number): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, i) => {
    const around = Math.min(reach, i, values.length - 1 - i);
    return (sums[i + around + 1]! - sums[i - around]!) / (2 * around + 1);
  });
}
