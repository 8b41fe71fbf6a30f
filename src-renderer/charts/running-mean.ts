/** Means over the values around each, `reach` on either side or as many as there are: several noisy curves can be told apart. */
export function runningMean(values: readonly number[], reach: number): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, i) => {
    const first = Math.max(0, i - reach);
    const end = Math.min(values.length, i + reach + 1);
    return (sums[end]! - sums[first]!) / (end - first);
  });
}
