import { describe, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { runningStatistics } from '#simclr/objectives/running-statistics.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

describe('runningStatistics', () => {
  it('[BN2] keeps nine tenths of the old and takes a tenth of the batch’s', () => {
    tf.tidy(() => {
      const state = { 'a/movingMean': tf.tensor1d([1, -2]), 'a/gamma': tf.tensor1d([5, 5]) };
      const next = runningStatistics(state, { 'a/movingMean': tf.tensor1d([11, 8]) });
      expectClose(next['a/movingMean']!.dataSync(), [2, -1], 1e-6);
    });
  });
});
