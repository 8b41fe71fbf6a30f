import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { groupCount, groupNorm } from '#simclr/ops/group-norm.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

describe('groupNorm', () => {
  it('[GN1] makes mean 0 and variance 1 of each group of each image, whatever the other images are', () => {
    const near = tf.tensor4d(
      Array.from({ length: 64 }, (_, i) => Math.sin(i)),
      [1, 1, 1, 64],
    );
    const far = tf.tensor4d(
      Array.from({ length: 64 }, (_, i) => 100 * Math.cos(i)),
      [1, 1, 1, 64],
    );
    tf.tidy(() => {
      const [gamma, beta] = [tf.ones([64]) as tf.Tensor1D, tf.zeros([64]) as tf.Tensor1D];
      const both = groupNorm(tf.concat([near, far]), gamma, beta);
      expectClose(
        tf.slice(both, [0, 0, 0, 0], [1, 1, 1, 64]).dataSync(),
        groupNorm(near, gamma, beta).dataSync(),
        1e-6,
      );
      // 32 groups of two channels: each pair becomes ± 1.
      const values = tf.slice(both, [1, 0, 0, 0], [1, 1, 1, 64]).dataSync();
      expectClose(Array.from(values, Math.abs), new Float32Array(64).fill(1), 1e-4);
    });
    tf.dispose([near, far]);
  });

  it('[GN2] has 32 groups, fewer where the channels do not make 32 equal groups of two or more', () => {
    const expected = [
      [2048, 32],
      [64, 32],
      [32, 16],
      [16, 8],
      [96, 32],
      [38, 19],
      [3, 1],
      [1, 1],
    ] as const;
    for (const [channels, groups] of expected) expect(groupCount(channels), `${channels} channels`).toBe(groups);
  });
});
