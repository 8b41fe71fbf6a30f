/** A pure step of a few layers, written in tfjs alone: what the compiled step's own tests record. */
import * as tf from '@tensorflow/tfjs-core';
import '#simclr/ops/batch-norm.ts';
import { batchNorm } from '#simclr/ops/batch-norm.ts';
import { relu } from '#simclr/ops/relu.ts';
import { valueAndGradients } from '#simclr/value-and-gradients.ts';
import type { CompiledFunction } from '#tensorflow/compiled-step/compile.ts';
import type { PureFunction, TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';

export const smallNetworkState: TensorTypes = new Map([
  ['kernel', { dtype: 'float32', shape: [3, 3, 3, 4] }],
  ['gamma', { dtype: 'float32', shape: [4] }],
  ['beta', { dtype: 'float32', shape: [4] }],
  ['steps', { dtype: 'float32', shape: [] }],
]);

export const smallNetworkInputs: TensorTypes = new Map([
  ['pixels', { dtype: 'uint8', shape: [2, 6, 6, 3] }],
  ['rate', { dtype: 'float32', shape: [] }],
]);

/** Descends on the mean square of conv → batch norm → ReLU of bytes; counts its steps. */
export const smallNetworkStep: PureFunction = (state, inputs) =>
  tf.tidy(() => {
    const { kernel, gamma, beta } = state as Record<string, tf.Tensor>;
    const weights = { kernel: kernel!, gamma: gamma!, beta: beta! };
    const { value, gradients } = valueAndGradients(weights, () => {
      const x = tf.div(tf.cast(inputs['pixels']!, 'float32'), 255) as tf.Tensor4D;
      const { y } = batchNorm(
        tf.conv2d(x, kernel as tf.Tensor4D, 1, 'same'),
        gamma as tf.Tensor1D,
        beta as tf.Tensor1D,
      );
      return { value: meanSquare(relu(y)), others: {} };
    });
    const next = Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [
        name,
        tf.sub(weight, tf.mul(gradients[name]!, inputs['rate']!)),
      ]),
    );
    return { state: { ...next, steps: tf.add(state['steps']!, 1) }, outputs: { loss: value } };
  }) as ReturnType<PureFunction>;

export function smallNetwork(passes: CompiledFunction['passes'] = []): ReadonlyMap<string, CompiledFunction> {
  return new Map([['step', { run: smallNetworkStep, inputs: smallNetworkInputs, guards: ['loss'], passes }]]);
}

export function smallNetworkValues(): Map<string, { shape: readonly number[]; values: Float32Array }> {
  return new Map([
    ['kernel', { shape: [3, 3, 3, 4], values: uniformValues(108, 1).map((value) => value - 0.5) }],
    ['gamma', { shape: [4], values: Float32Array.of(1, 0.5, 2, 1) }],
    ['beta', { shape: [4], values: Float32Array.of(0, 0.1, -0.1, 0) }],
    ['steps', { shape: [], values: Float32Array.of(0) }],
  ]);
}

export function smallNetworkBatch(
  rate: number,
): Map<string, { shape: readonly number[]; values: Uint8Array | Float32Array }> {
  const bytes = Uint8Array.from(uniformValues(216, 2), (value) => value * 255);
  return new Map<string, { shape: readonly number[]; values: Uint8Array | Float32Array }>([
    ['pixels', { shape: [2, 6, 6, 3], values: bytes }],
    ['rate', { shape: [], values: Float32Array.of(rate) }],
  ]);
}

/** Σx² / n, with its gradient in closed form: tfjs's own makes a constant as large as x. */
function meanSquare(x: tf.Tensor): tf.Scalar {
  const mean = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: tf.mean(tf.square(input as tf.Tensor)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, tf.mul(dy, 2 / saved[0]!.size)),
    };
  });
  return mean(x) as tf.Scalar;
}
