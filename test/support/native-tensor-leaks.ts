/** The tensor-leak check of a suite that loads TensorFlow: counts tfjs's tensors and the native library's. */
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';

const count = () => ({
  tensors: tf.memory().numTensors,
  buffers: tf.memory().numDataBuffers,
  native: nativeBackend().binding.getNumOfTensors(),
});

/** Loads TensorFlow; every test of the file has to leave as many tensors as it found, in both counts. */
export function checkNativeTensorLeaks(): void {
  let before = { tensors: 0, buffers: 0, native: 0 };
  beforeAll(async () => void (await loadTensorFlow({ threads: 2 })));
  beforeEach(() => {
    before = count();
  });
  afterEach(() => {
    expect(count(), 'tensors left behind by the test').toEqual(before);
  });
}
