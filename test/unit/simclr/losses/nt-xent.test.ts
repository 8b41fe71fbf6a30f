import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { ntXentLoss, noSignalLoss } from '#simclr/losses/nt-xent.ts';
import { valueAndGradients } from '#simclr/value-and-gradients.ts';
import { expectClose } from '#test/support/closeness.ts';
import { formulaNumbers } from '#test/support/formula-weights.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function lossAndGradient(rows: number[][], temperature: number): { loss: number; gradient: Float32Array } {
  return tf.tidy(() => {
    const z = tf.tensor2d(rows);
    const { value, gradients } = valueAndGradients({ z }, () => ({ value: ntXentLoss(z, temperature), others: {} }));
    return { loss: value.dataSync()[0]!, gradient: gradients['z']!.dataSync() as Float32Array };
  });
}

function equalRows(count: number): number[][] {
  return Array.from({ length: count }, () => [0.3, -2, 1]);
}

describe('ntXentLoss', () => {
  it('[NX2] is ln(2N − 1) when all projections are equal, for every temperature', () => {
    for (const [images, temperature] of [
      [2, 0.05],
      [4, 0.5],
      [256, 0.1],
      [512, 1],
    ] as const) {
      const { loss } = lossAndGradient(equalRows(2 * images), temperature);
      expectClose([loss], [Math.log(2 * images - 1)], 1e-6, `N = ${images}`);
      expectClose([loss], [noSignalLoss(images)], 1e-6);
    }
  });

  it('[NX4] has finite gradients when every projection is 0, and 0 ones for a collapsed batch', () => {
    const zeros = lossAndGradient(
      Array.from({ length: 6 }, () => [0, 0, 0]),
      0.5,
    );
    expect(zeros.gradient.every(Number.isFinite)).toBe(true);
    expectClose([zeros.loss], [Math.log(5)], 1e-6);
    expectClose(lossAndGradient(equalRows(6), 0.5).gradient, new Float32Array(18), 1e-6);
    const oneZeroRow = lossAndGradient(
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [1, -1],
      ],
      0.5,
    );
    expect(oneZeroRow.gradient.every(Number.isFinite)).toBe(true);
  });

  it('[NX5] neither overflows nor loses its value at the lowest temperature a person can set', () => {
    const opposite = [
      [1, 0],
      [-1, 0],
      [-1, 0],
      [1, 0],
    ];
    const { loss, gradient } = lossAndGradient(opposite, 0.001);
    // Each row's positive is at −1 / 0.001 and one negative at +1 / 0.001.
    expectClose([loss], [2000], 1e-6);
    expect(gradient.every(Number.isFinite)).toBe(true);
    const matched = lossAndGradient(
      [
        [1, 0],
        [-1, 0],
        [1, 0],
        [-1, 0],
      ],
      0.001,
    );
    expectClose([matched.loss], [0], 1e-6);
  });

  it('[NX6] is half of what the reference code returns, the sum of the two directions’ means', () => {
    const z = formulaNumbers('z', 8 * 3);
    const rows = Array.from({ length: 8 }, (_, i) => Array.from(z.slice(3 * i, 3 * i + 3)));
    const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
    const logit = (i: number, j: number): number => unit[i]!.reduce((sum, v, k) => sum + v * unit[j]![k]!, 0) / 0.5;
    const crossEntropy = (i: number): number => {
      const others = unit.flatMap((_, j) => (j === i ? [] : [Math.exp(logit(i, j))]));
      return Math.log(others.reduce((a, b) => a + b)) - logit(i, (i + 4) % 8);
    };
    const direction = (rows: number[]): number => rows.map(crossEntropy).reduce((a, b) => a + b) / 4;
    const reference = direction([0, 1, 2, 3]) + direction([4, 5, 6, 7]);
    expectClose([2 * lossAndGradient(rows, 0.5).loss], [reference], 1e-5);
  });

  it('[NX7] refuses an odd number of rows and fewer than two images, saying what it got', () => {
    for (const rows of [2, 5]) {
      expect(() => tf.tidy(() => ntXentLoss(tf.zeros([rows, 3]), 0.5))).toThrow(
        `two views of each of N images. Got [${rows}, 3].`,
      );
    }
  });

  it('[NX8] is not the mean of the losses of a batch’s parts, whose negatives are missing', () => {
    const count = 32;
    const z = formulaNumbers('parts', 2 * count * 8);
    const row = (i: number): number[] => Array.from(z.slice(8 * i, 8 * i + 8));
    const rowsOf = (first: number, end: number): number[][] =>
      [0, count].flatMap((offset) => Array.from({ length: end - first }, (_, i) => row(offset + first + i)));
    const whole = lossAndGradient(rowsOf(0, count), 0.5).loss;
    const parts = [0, 16].map((first) => lossAndGradient(rowsOf(first, first + 16), 0.5).loss);
    // Half the negatives: about ln 2 less.
    expect(whole - (parts[0]! + parts[1]!) / 2).toBeGreaterThan(0.5);
  });
});
