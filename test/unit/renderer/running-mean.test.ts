import { describe, expect, it } from 'vitest';
import { runningMean } from '../../../src-renderer/charts/running-mean.ts';

describe('runningMean', () => {
  it('keeps a line as it is but for its ends', () => {
    expect(runningMean([0, 1, 2, 3, 4, 5], 1)).toEqual([0.5, 1, 2, 3, 4, 4.5]);
    expect(runningMean([7], 3)).toEqual([7]);
    expect(runningMean([], 3)).toEqual([]);
  });

  it('takes the noise out, of the last value too', () => {
    const means = runningMean([0, 3, 0, 3, 0, 3, 0], 1);
    [1.5, 1, 2, 1, 2, 1, 1.5].forEach((mean, i) => expect(means[i]).toBeCloseTo(mean, 10));
  });
});
