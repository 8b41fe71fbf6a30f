import * as tf from '@tensorflow/tfjs-core';
import type { StepInput } from '#training/ports.ts';
import type { NamedInputs } from './data-messages.ts';

/** A step's inputs as tensors, by name, for drawing eagerly. tfjs has no uint8: such an input becomes int32. */
export function inputTensors(inputs: Iterable<NamedInputs[number]>): Readonly<Record<string, tf.Tensor>> {
  return Object.fromEntries(Array.from(inputs, ([name, input]) => [name, tensorOf(input)]));
}

function tensorOf({ values, shape, dtype }: StepInput): tf.Tensor {
  if (dtype === 'float32') return tf.tensor(values, [...shape], 'float32');
  return tf.tensor(new Int32Array(values), [...shape], 'int32');
}
