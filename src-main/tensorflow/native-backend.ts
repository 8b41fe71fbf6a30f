/**
 * What Kindred uses of tfjs-node's backend and of the native binding below it.
 *
 * tfjs-node declares some of these private and none of them stable; they are written down here once, for version
 * 4.22.0, which is its last.
 */
import * as tf from '@tensorflow/tfjs-core';

/** A tensor as the binding hands it out. `dtype` is TensorFlow's number for it. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An attribute of an operation; `type` is one of the binding's `TF_ATTR_…`. */
export interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** All calls block. Ids are whole numbers from 0; each id that came out has to go back through `deleteTensor`. */
export interface NativeBinding {
  readonly createTensor: (shape: readonly number[], dtype: number, values: NativeValues) => number;
  readonly deleteTensor: (id: number) => void;
  readonly tensorDataSync: (id: number) => Float32Array | Int32Array | Uint8Array;
  readonly executeOp: (
    op: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly number[],
    outputs: number,
  ) => NativeTensor[];
  readonly loadSavedModel: (folder: string, tags: string) => number;
  readonly deleteSavedModel: (model: number) => void;
  /** Names are joined by commas, each `node:output`. */
  readonly runSavedModel: (
    model: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ) => NativeTensor[];
  readonly getNumOfTensors: () => number;
  readonly isUsingGpuDevice: () => boolean;
  /** True while calls are written down instead of executed (`compiled-step/record.ts`); the library's own lacks it. */
  readonly isRecording?: boolean;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
}

export type NativeValues = Float32Array | Int32Array | Uint8Array;

/** Where the backend keeps a tensor: `values` until its first use by an operation, then `id`. */
export interface TensorEntry {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: NativeValues | readonly Uint8Array[] | null;
  readonly id: number;
}

export interface NativeBackend {
  binding: NativeBinding;
  readonly tensorMap: { readonly get: (dataId: object) => TensorEntry; readonly has: (dataId: object) => boolean };
  getInputTensorIds: (tensors: readonly tf.TensorInfo[]) => number[];
  move: (
    dataId: object,
    values: NativeValues,
    shape: readonly number[],
    dtype: tf.DataType,
    references: number,
  ) => void;
  readSync: (dataId: object) => NativeValues;
  readonly createOutputTensor: (tensor: NativeTensor) => tf.Tensor;
  readonly executeSingleOutput: (
    op: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly tf.TensorInfo[],
  ) => tf.Tensor;
  readonly executeMultipleOutputs: (
    op: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ) => tf.Tensor[];
}

/** @throws Error when TensorFlow has not been loaded (`load.ts`). */
export function nativeBackend(): NativeBackend {
  const backend: unknown = tf.findBackend('tensorflow');
  if (backend === null || backend === undefined)
    throw new Error('TensorFlow is not loaded: call loadTensorFlow first.');
  return backend as NativeBackend;
}
