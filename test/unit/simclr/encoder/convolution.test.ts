import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { convolve, poolRectified } from '#simclr/encoder/convolution.ts';
import { relu } from '#simclr/ops/relu.ts';
import { formulaNumbers } from '#test/support/formula-weights.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

describe('convolve', () => {
  it('[ENC3] pads ⌊k/2⌋ on every side: at stride 2 the first window begins before the first pixel', () => {
    tf.tidy(() => {
      const x = tf.reshape(tf.range(1, 17), [1, 4, 4, 1]) as tf.Tensor4D;
      const ones = tf.ones([3, 3, 1, 1]) as tf.Tensor4D;
      // SAME would start at (0, 0) and give 54, 63, 81 … instead.
      expect([...convolve(x, ones, 2).dataSync()]).toEqual([14, 30, 57, 99]);
      expect(convolve(x, tf.ones([7, 7, 1, 1]), 2).shape).toEqual([1, 2, 2, 1]);
      expect(convolve(x, tf.ones([1, 1, 1, 1]), 2).shape).toEqual([1, 2, 2, 1]);
      expect(convolve(tf.zeros([1, 7, 7, 1]), ones, 2).shape).toEqual([1, 4, 4, 1]);
    });
  });
});

describe('poolRectified', () => {
  it('[ENC5] equals pooling padded with a number below everything, at even and odd sides, zeros among the values', () => {
    for (const side of [1, 2, 5, 8]) {
      tf.tidy(() => {
        const x = tf.tensor4d(formulaNumbers('pooled', side * side * 2), [1, side, side, 2]);
        const rectified = relu(x);
        const edges: [number, number][] = [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ];
        const expected = tf.maxPool(tf.pad(rectified, edges, -1e30), 3, 2, 'valid');
        expectClose(poolRectified(rectified).dataSync(), expected.dataSync(), 0, `side ${side}`);
      });
    }
  });
});
