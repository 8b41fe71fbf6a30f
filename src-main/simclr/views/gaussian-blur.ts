import * as tf from '@tensorflow/tfjs-core';
import { planeProduct } from './plane-product.ts';

/**
 * Gaussian blur as two products with banded matrices, border reflected without repeating the edge: torchvision's
 * `gaussian_blur`, whose kernel is the same in both directions.
 *
 * @param planes float32 [n, 3, side, side]. @param exponents float32 [n]: −1 / (2σ²).
 * @param radius the kernel has 2 · radius + 1 pixels; radius < side.
 */
export function gaussianBlur(planes: tf.Tensor4D, exponents: tf.Tensor1D, radius: number): tf.Tensor4D {
  const [count, , side] = planes.shape;
  const band = blurMatrices(exponents, side, radius);
  const lines = tf.reshape(planeProduct(band, planes), [count, 3 * side, side]);
  return tf.reshape(tf.matMul(lines, band, false, true), planes.shape);
}

/** [n, side, side]: each view's kernel [radius + 1] spread by one constant matrix. */
function blurMatrices(exponents: tf.Tensor1D, side: number, radius: number): tf.Tensor3D {
  const squares = tf.tensor(
    Float32Array.from({ length: radius + 1 }, (_, distance) => distance * distance),
    [1, radius + 1],
  );
  const bell = tf.exp(tf.mul(tf.reshape(exponents, [-1, 1]), squares));
  // Every distance but 0 occurs on both sides.
  const sum = tf.sub(tf.mul(tf.sum(bell, 1, true), 2), 1);
  const spread = tf.matMul(tf.div(bell, sum), reflectedDistances(side, radius));
  return tf.reshape(spread, [-1, side, side]);
}

/** [radius + 1, side²]: how often output i (row) sees input k (column) at a distance, reflections counted. */
function reflectedDistances(side: number, radius: number): tf.Tensor2D {
  const counts = new Float32Array((radius + 1) * side * side);
  for (let i = 0; i < side; i++) {
    for (let offset = -radius; offset <= radius; offset++) {
      const beyond = Math.abs(i + offset);
      const k = beyond < side ? beyond : 2 * (side - 1) - beyond;
      counts[(Math.abs(offset) * side + i) * side + k]! += 1;
    }
  }
  return tf.tensor(counts, [radius + 1, side * side]);
}
