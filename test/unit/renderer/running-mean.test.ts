import { describe, expect, it } from 'vitest';
import { runningMean } from '../../../src-renderer/charts/running-mean.ts';

describe('runningMean', () => {
  it('keeps a line as it is and its ends where they are', () => {
    expect(runningMean([0, 1, 2, 3, 4, 5], 2)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(runningMean([7], 3)).toEqual([7]);
    expect(runningMean([], 3)).toEqual([]);
  });

  it('takes the noise out: the mean of as many on either side', () => {
    const means = runningMean([0, 3, 0, 3, 0, 3, 0], 1);
    [0, 1, 2, 1, 2, 1, 0].forEach((mean, i) => expect(means[i]).toBeCloseTo(mean, 10));
  });
});
