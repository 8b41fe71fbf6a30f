/** Between the plain arrays of a state and tensors on the current backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { InitialArray } from '#simclr/initial-state.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';

/** The caller disposes. */
export function tensorsOf(state: ReadonlyMap<string, InitialArray>): TensorMap {
  return Object.fromEntries([...state].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]));
}
