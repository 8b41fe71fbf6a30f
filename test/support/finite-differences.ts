/** Gradients against finite differences, for functions of float32 tensors. */
import { expect } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients } from '#simclr/value-and-gradients.ts';
import { formulaNumbers } from './formula-weights.ts';

/**
 * Checks every partial gradient of `f` by central differences along one fixed direction for each input.
 *
 * `f` may return any shape: what is differentiated is its sum weighted by fixed numbers, so that an error in one
 * element cannot hide behind another. `pace` is the length of the step relative to the direction's elements (≤ 1).
 */
export function expectGradients(
  f: (xs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor,
  xs: Readonly<Record<string, tf.Tensor>>,
  { pace = 1e-2, tolerance = 5e-3 } = {},
): void {
  tf.tidy(() => {
    const { gradients } = valueAndGradients(xs, () => ({ value: weightedSum(f(xs)), others: {} }));
    for (const [name, x] of Object.entries(xs)) {
      const direction = tf.tensor(formulaNumbers(`direction ${name}`, x.size), x.shape);
      const at = (side: 1 | -1): number =>
        numberIn(weightedSum(f({ ...xs, [name]: tf.add(x, tf.mul(direction, side * pace)) })));
      const expected = (at(1) - at(-1)) / (2 * pace);
      const actual = numberIn(tf.sum(tf.mul(gradients[name]!, direction)));
      const difference = Math.abs(actual - expected) / Math.max(0.1, Math.abs(expected));
      expect(difference, `${name}: ${actual} where differences give ${expected}`).toBeLessThan(tolerance);
      expect(Math.abs(actual), `${name}: the derivative compared is not 0`).toBeGreaterThan(1e-3);
    }
  });
}

/** A product with a constant, whose gradient is that of a matrix product. */
function weightedSum(y: tf.Tensor): tf.Scalar {
  const weights = tf.tensor2d(formulaNumbers('output weights', y.size), [y.size, 1]);
  return tf.reshape(tf.matMul(tf.reshape(y, [1, y.size]) as tf.Tensor2D, weights), []);
}

function numberIn(scalar: tf.Tensor): number {
  return scalar.dataSync()[0]!;
}
