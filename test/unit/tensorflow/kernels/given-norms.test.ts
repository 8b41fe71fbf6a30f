import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import {
  composedMoments,
  composedNormaliseBy,
  composedSlopes,
  composedThroughStatistics,
} from '#simclr/ops/composed-normalise-by.ts';
import { moments, normaliseBy, throughStatistics, type GivenNorm } from '#simclr/ops/normalise-by.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

/** Images, and rows as a head has them; more rows than are summed at once. */
const shapes = [
  [5, 9, 7, 32],
  [300, 1, 1, 16],
  [37, 48],
];

function random(shape: readonly number[], seed: number, low = -1, high = 1): tf.Tensor {
  const count = shape.reduce((a, b) => a * b);
  return tf.tensor(
    uniformValues(count, seed).map((value) => low + (high - low) * value),
    [...shape],
  );
}

function normOf(shape: readonly number[]): GivenNorm {
  const channels = [shape.at(-1)!];
  return {
    mean: random(channels, 11),
    variance: random(channels, 12, 0.1, 2),
    gamma: random(channels, 13, 0.5, 1.5),
    beta: random(channels, 14),
  };
}

function expectSame(given: readonly tf.Tensor[], expected: readonly tf.Tensor[], tolerance = 1e-5): void {
  given.forEach((tensor, i) => {
    expect(tensor.shape).toEqual(expected[i]!.shape);
    expectClose(tensor.dataSync(), expected[i]!.dataSync(), tolerance, `result ${i}`);
  });
}

describe('norms by given statistics, as operations of our own', () => {
  it.each(shapes)('[%i, %i, …] give what the composed ones give, and their gradients too', (...shape) => {
    tf.tidy(() => {
      const [x, dy, norm] = [random(shape, 1, 3, 5), random(shape, 2), normOf(shape)];
      const { mean, variance } = moments(x);
      const expected = composedMoments(x);
      expectSame([mean, variance], [expected.mean, expected.variance]);
      const { value, grads } = tf
        .engine()
        .gradients(() => tf.sum(tf.mul(normaliseBy(x, norm), dy)), [x, norm.gamma, norm.beta]);
      expectSame([normaliseBy(x, norm)], [composedNormaliseBy(x, norm)]);
      expectSame([value], [tf.sum(tf.mul(composedNormaliseBy(x, norm), dy))], 1e-4);
      expectSame(grads, composedSlopes(dy, x, norm), 1e-4);
      const sums = { dgamma: grads[1]!, dbeta: grads[2]! };
      const count = 3 * (x.size / norm.mean.size);
      expectSame(
        [throughStatistics(grads[0]!, x, norm, sums, count)],
        [composedThroughStatistics(grads[0]!, x, norm, sums, count)],
      );
    });
  });

  it('is batch norm’s gradient, when the statistics are those of the values themselves', () => {
    tf.tidy(() => {
      const shape = [6, 4, 4, 16];
      const [x, dy] = [random(shape, 3), random(shape, 4)];
      const { gamma, beta } = normOf(shape);
      const whole = (input: tf.Tensor): tf.Tensor => {
        const { mean, variance } = composedMoments(input);
        const centred = tf.sub(input, mean);
        return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, 1e-5))), gamma), beta);
      };
      const norm = { ...moments(x), gamma, beta };
      const [slope, dgamma, dbeta] = tf
        .engine()
        .gradients(() => tf.sum(tf.mul(normaliseBy(x, norm), dy)), [x, gamma, beta]).grads as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const given = throughStatistics(slope, x, norm, { dgamma, dbeta }, x.size / gamma.size).dataSync();
      // By differences of the whole norm, in a few places.
      const loss = (input: tf.Tensor): number => tf.sum(tf.mul(whole(input), dy)).dataSync()[0]!;
      const step = 1e-2;
      for (const at of [0, 17, 500, 1535]) {
        const nudge = tf.tensor(
          Float32Array.from({ length: x.size }, (_, i) => (i === at ? step : 0)),
          shape,
        );
        const slopeThere = (loss(tf.add(x, nudge)) - loss(tf.sub(x, nudge))) / (2 * step);
        expect(Math.abs(given[at]! - slopeThere)).toBeLessThan(2e-3);
      }
    });
  });
});
