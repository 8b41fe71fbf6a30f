/** Views on the native library: the same values as on the plain backend, and its own sampling of boxes. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { tensorflowCropBox } from '#simclr/views/tensorflow-crop-box.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { expectClose } from '#test/support/closeness.ts';
import { drawnViews, noiseImage } from '#test/support/drawn-views.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { loadTensorflow } from '#test/support/tensorflow-backend.ts';

beforeAll(loadTensorflow);

/** The part of tfjs-node's backend that runs an operation by name. */
interface NamedOperations {
  readonly binding: Readonly<Record<string, number>>;
  executeMultipleOutputs(name: string, attributes: object[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

/** [y, x, height, width] of TensorFlow's own operation, as the reference calls it. */
function sampledByTensorflow(width: number, height: number, seed: number): readonly number[] {
  const backend = tf.backend() as unknown as NamedOperations;
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_INT32 } = backend.binding;
  return tf.tidy(() => {
    const inputs = [tf.tensor1d([height, width, 3], 'int32'), tf.tensor3d([0, 0, 1, 1], [1, 1, 4]), tf.scalar(0.1)];
    const attributes = [
      { name: 'T', type: TF_ATTR_TYPE, value: TF_INT32 },
      { name: 'seed', type: TF_ATTR_INT, value: 17 },
      { name: 'seed2', type: TF_ATTR_INT, value: seed },
      { name: 'aspect_ratio_range', type: TF_ATTR_FLOAT, value: [3 / 4, 4 / 3] },
      { name: 'area_range', type: TF_ATTR_FLOAT, value: [0.08, 1] },
      { name: 'max_attempts', type: TF_ATTR_INT, value: 100 },
      { name: 'use_image_if_no_bounding_boxes', type: TF_ATTR_BOOL, value: true },
    ];
    const [begin, size] = backend.executeMultipleOutputs('SampleDistortedBoundingBoxV2', attributes, inputs, 3);
    return [...begin!.dataSync().slice(0, 2), ...size!.dataSync().slice(0, 2)];
  });
}

describe('on TensorFlow', () => {
  it('views equal those of the plain backend', async () => {
    const images = [noiseImage(1, 50, 40), noiseImage(2, 38, 57), noiseImage(3, 44, 44), noiseImage(4, 70, 36)];
    const run = smallRecipe({
      side: 40,
      views: { jitter: { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 }, blur: { probability: 0.5 } },
      secondViews: { jitter: { hue: 0.5 }, flip: { probability: 0 } },
    });
    const parameters = viewParameters(run, 3, 5, images);
    await tf.setBackend('cpu');
    const plain = drawnViews(run, parameters, images);
    await tf.setBackend('tensorflow');
    const count = tf.memory().numTensors;
    const native = drawnViews(run, parameters, images);
    expect(tf.memory().numTensors).toBe(count);
    expectClose(native, plain, 2e-6);
  });

  it('[V3] the reference’s boxes are distributed as those of TensorFlow’s operation', async () => {
    await tf.setBackend('tensorflow');
    const draws = 20_000;
    const [width, height] = [61, 47];
    const stream = new RandomStream(6, 'boxes');
    const { crop } = smallRecipe().views;
    const ours = Array.from({ length: draws }, () => {
      const box = tensorflowCropBox(stream, { width, height }, crop);
      return [box.top, box.left, box.height, box.width];
    });
    const theirs = Array.from({ length: draws }, (_, i) => sampledByTensorflow(width, height, i + 1));
    for (const measure of [0, 1, 2, 3]) {
      for (let limit = 0; limit < 61; limit += 5) {
        const share = (boxes: readonly (readonly number[])[]) =>
          boxes.filter((box) => box[measure]! <= limit).length / draws;
        // Four standard deviations of a difference of two shares, at worst.
        expect(Math.abs(share(ours) - share(theirs)), `measure ${measure} ≤ ${limit}`).toBeLessThan(0.02);
      }
    }
  });
});
