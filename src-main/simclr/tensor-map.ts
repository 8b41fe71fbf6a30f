/** Tensors by name. A plain object, so that `tidy` finds what is inside it. Names keep the order they were put in. */
import type { Tensor } from '@tensorflow/tfjs-core';

export type TensorMap = Readonly<Record<string, Tensor>>;

/** @throws Error naming the missing tensor and those that are there: a mistake of the caller's, not of a user's. */
export function tensorNamed(tensors: TensorMap, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw new Error(`No tensor is named "${name}". There are: ${Object.keys(tensors).join(', ')}.`);
  }
  return tensor;
}
