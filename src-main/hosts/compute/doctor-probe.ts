/** A compute process that only tells what it computes with: loads TensorFlow, times a convolution, prints one JSON line. */
import * as tf from '@tensorflow/tfjs-core';
import type { ComputeFacts } from '#contract/doctor.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';

const REPEATS = 5;
const [BATCH, SIDE, CHANNELS, KERNEL] = [64, 32, 64, 3] as const;

/** The best of a few runs of a convolution as ResNet's first stage has it, in GFLOP/s. */
function convolutionGflops(): number {
  const images = tf.ones<tf.Rank.R4>([BATCH, SIDE, SIDE, CHANNELS]);
  const filter = tf.ones<tf.Rank.R4>([KERNEL, KERNEL, CHANNELS, CHANNELS]);
  const operations = 2 * BATCH * SIDE * SIDE * CHANNELS * CHANNELS * KERNEL * KERNEL;
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const begun = performance.now();
    tf.tidy(() => tf.conv2d(images, filter, 1, 'same').slice([0, 0, 0, 0], [1, 1, 1, 1]).dataSync());
    bestMs = Math.min(bestMs, performance.now() - begun);
  }
  tf.dispose([images, filter]);
  return Math.round(operations / bestMs / 1e6);
}

const { version, device, threads } = await loadTensorFlow();
const facts: ComputeFacts = {
  tensorflow: version,
  tfjs: tf.version_core,
  device,
  threads,
  convolutionGflops: convolutionGflops(),
};
console.log(JSON.stringify(facts));
