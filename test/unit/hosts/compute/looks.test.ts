/** Looks drawn and embedded in one run of a graph, beside the drawing and the embedding one after the other, eagerly. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { inputTensors } from '#hosts/compute/input-tensor.ts';
import { imagesAtOnce, lookCanvasSide } from '#hosts/compute/look-shapes.ts';
import { recipeLooks } from '#hosts/compute/recipe-step.ts';
import { viewsOfPictures } from '#hosts/compute/fill-canvas.ts';
import { embedStep } from '#simclr/objectives/embed-step.ts';
import { initialState } from '#simclr/initial-state.ts';
import { copyBoxToCanvas, type PlanarPixels } from '#simclr/views/canvas.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { boxLengths, drawEvaluationViews, evaluationBox } from '#simclr/views/evaluation-views.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import type { StepInput } from '#training/ports.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const recipe = smallRecipe({ side: 16 });
const CACHE_SIDE = 20;
const COUNT = 8;
const state = initialState(recipe, 3);

const pictures = Array.from({ length: COUNT }, (_, i): PlanarPixels => {
  const random = new RandomStream(i, 'pictures of looks');
  const [width, height] = i % 2 === 0 ? [CACHE_SIDE, CACHE_SIDE + i] : [CACHE_SIDE + i, CACHE_SIDE];
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.below(256)) };
});

function centralInputs(): ReadonlyMap<string, StepInput> {
  const canvas = new Uint8Array(COUNT * 3 * CACHE_SIDE ** 2);
  const boxes = pictures.map((picture) => evaluationBox(picture, recipe.side));
  pictures.forEach((picture, slot) => copyBoxToCanvas(picture, boxes[slot]!, canvas, slot, CACHE_SIDE));
  return new Map<string, StepInput>([
    ['canvas', { shape: [COUNT, 3, CACHE_SIDE, CACHE_SIDE], dtype: 'uint8', values: canvas }],
    ['lengths', { shape: [2, COUNT], dtype: 'float32', values: boxLengths(boxes) }],
  ]);
}

const drawn = viewsOfPictures(recipe, 7, 0, CACHE_SIDE, pictures);
const views = new Map(drawn.inputs);

/** h by the plain functions, on tfjs's backend. */
function eagerly(inputs: ReadonlyMap<string, StepInput>, draw: (given: Record<string, tf.Tensor>) => tf.Tensor4D) {
  const h = tf.tidy(() => {
    const parameters = Object.fromEntries(
      [...state].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
    return embedStep(recipe)(parameters, { pixels: draw(inputTensors(inputs)) }).h;
  });
  return h.dataSync() as Float32Array;
}

async function compiled(look: 'central' | 'views', inputs: ReadonlyMap<string, StepInput>, precision = 'float32') {
  const shape = { images: COUNT, canvasSide: look === 'central' ? CACHE_SIDE : drawn.canvasSide };
  const onFallback = (reason: string): never => expect.fail(reason);
  const choice = { compiled: true, precision: precision as 'float32', device: 'cpu', onFallback, known: null };
  const runner = makeStepRunner(recipeLooks(recipe, { [look]: shape }), choice);
  try {
    await runner.writeState(state);
    return await runner.embed(look, inputs, 'h');
  } finally {
    runner.dispose();
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

function smallestCosine(a: Float32Array, b: Float32Array, rows: number): number {
  const d = a.length / rows;
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const cosines = Array.from({ length: rows }, (_, row) => {
    const [x, y] = [a.subarray(row * d, row * d + d), b.subarray(row * d, row * d + d)];
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  });
  return Math.min(...cosines);
}

describe('looks', () => {
  beforeAll(async () => void (await loadTensorFlow({ threads: null })));

  it('embed the evaluation views of a canvas', async () => {
    const inputs = centralInputs();
    const expected = eagerly(inputs, ({ canvas, lengths }) =>
      drawEvaluationViews(canvas as tf.Tensor4D, lengths as tf.Tensor2D, recipe.side),
    );
    expect(largestDifference(await compiled('central', inputs), expected)).toBeLessThan(1e-5);
  });

  it('embed two views of each image as training draws them', async () => {
    const expected = eagerly(views, ({ canvas, numbers, slotOfRow }) =>
      drawViews(viewPlan(recipe), canvas as tf.Tensor4D, numbers as tf.Tensor2D, slotOfRow as tf.Tensor1D),
    );
    expect(expected).toHaveLength(2 * COUNT * recipe.encoder.width * 512);
    expect(largestDifference(await compiled('views', views), expected)).toBeLessThan(1e-5);
  });

  it('point the same way in bfloat16', async () => {
    const inputs = centralInputs();
    const [exact, narrow] = [await compiled('central', inputs), await compiled('central', inputs, 'bfloat16')];
    expect(largestDifference(exact, narrow)).toBeGreaterThan(0);
    expect(smallestCosine(exact, narrow, COUNT)).toBeGreaterThan(0.999);
  });
});

describe('the shape of a look', () => {
  it('takes fewer images at once where they are larger, and no more than are asked for', () => {
    expect(imagesAtOnce({ side: 32 }, 50_000)).toBe(256);
    expect(imagesAtOnce({ side: 96 }, 50_000)).toBe(256);
    expect(imagesAtOnce({ side: 224 }, 50_000)).toBe(64);
    expect(imagesAtOnce({ side: 512 }, 50_000)).toBe(32);
    expect(imagesAtOnce({ side: 32 }, 1)).toBe(1);
    expect(imagesAtOnce({ side: 32 }, 5)).toBe(8);
  });

  it('holds every evaluation box on a canvas as small as the cached image is short', () => {
    for (const picture of pictures) {
      const { width, height } = evaluationBox(picture, recipe.side);
      expect(Math.max(width, height)).toBeLessThanOrEqual(
        lookCanvasSide(recipe, 'central', CACHE_SIDE, CACHE_SIDE + 7),
      );
    }
  });
});
