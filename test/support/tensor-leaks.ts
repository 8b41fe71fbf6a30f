/** The tensor-leak check of every suite that makes tensors. */
import { afterEach, beforeEach, expect } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';

const count = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers });

/**
 * Every test of the file has to leave as many tensors and buffers as it found.
 *
 * @param backend made current before each test; registered by the caller's imports.
 */
export function checkTensorLeaks(backend: string): void {
  let before = { tensors: 0, buffers: 0 };
  beforeEach(async () => {
    await tf.setBackend(backend);
    before = count();
  });
  afterEach(() => {
    expect(count(), 'tensors and buffers left behind by the test').toEqual(before);
  });
}
