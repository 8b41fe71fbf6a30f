/** Draws views for somebody who looks at them: the very functions of training, run eagerly, TensorFlow loaded once. */
import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { drawViews } from '#simclr/views/draw-views.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { errorFacts } from './error-facts.ts';
import { viewsOfPictures } from './fill-canvas.ts';
import { inputTensors } from './input-tensor.ts';
import type { DrawnViews, DrawRequest, FromCompute } from './messages.ts';

/** Training draws other views at every step; those of the first are as good as any. */
const STEP = 0;

const loaded = loadTensorFlow();

function draw({ id, run, seed, cacheSide, images }: DrawRequest): DrawnViews {
  const { plan, parameters, inputs } = viewsOfPictures(run, seed, STEP, cacheSide, images);
  const drawn = tf.tidy(() => {
    const { canvas, numbers, slotOfRow } = inputTensors(inputs);
    return drawViews(plan, canvas as tf.Tensor4D, numbers as tf.Tensor2D, slotOfRow as tf.Tensor1D);
  });
  // Not within `tidy`: it looks through every number of what it is given back for tensors.
  const values = drawn.dataSync();
  drawn.dispose();
  return { id, pixels: bytesOf(values), boxes: parameters.boxes };
}

/** Rounds half to even and clips. */
function bytesOf(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * values[i]!;
  return new Uint8Array(bytes.buffer);
}

async function answer(request: DrawRequest): Promise<FromCompute> {
  try {
    await loaded;
    return { kind: 'drawn', drawn: draw(request) };
  } catch (error) {
    return { kind: 'notDrawn', id: request.id, error: errorFacts(error) };
  }
}

parentPort!.on('message', async (request: DrawRequest) => parentPort!.postMessage(await answer(request)));
