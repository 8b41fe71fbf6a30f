/** What was measured, in numbers that can be compared. */
export interface Measure {
  readonly what: string;
  readonly unit: 'ms' | 'MB' | 'cells' | 'frames' | 'files' | 'points';
  /** Samples behind the two. */
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** @param samples at least one; the 99th of a hundred is the largest where there are fewer. */
export function measureOf(what: string, samples: readonly number[], unit: Measure['unit'] = 'ms'): Measure {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    rounded(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!);
  return { what, unit, count: samples.length, p50: at(0.5), p99: at(0.99) };
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
