/** The data thread beside its training thread: batches ahead of the step, in three canvases. */
import * as tf from '@tensorflow/tfjs-core';
import { closeSync, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DecodedPixels } from '#application/ports/images.ts';
import { RandomStream } from '#base/random.ts';
import { DataSource } from '#hosts/compute/data-source.ts';
import { inputTensors } from '#hosts/compute/input-tensor.ts';
import { contentHashOf } from '#images/hashes.ts';
import { createPixelCacheBuilder } from '#images/pixel-cache/pixel-cache-builder.ts';
import { openPixelCache } from '#images/pixel-cache/pixel-cache-reader.ts';
import { readPixelIndex, segmentPath } from '#images/pixel-cache/pixel-index.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { BatchOrder, planBatches } from '#training/batch-plan.ts';
import type { StepBatch } from '#training/ports.ts';
import { trainRun } from '#training/training-loop.ts';
import { ArrayCheckpoints, EventList, HandClock, pauseAfter, SummingRunner } from '#test/support/in-memory-training.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

await loadTensorFlow({ threads: 2 });

const SEED = 3;
const CACHE_SIDE = 10;
const BATCH = 4;
const COUNT = 40;
const recipe = smallRecipe({ batchSize: BATCH });
const images = Array.from({ length: COUNT }, (_, i) => ({
  contentHash: contentHashOf(Buffer.from(`image ${i}`)),
  path: `/${i}.png`,
  label: null,
}));

/** Noise of its own for each image. */
async function noise(source: string | Uint8Array): Promise<DecodedPixels> {
  const random = new RandomStream(1, 'pixels', Number.parseInt(String(source).slice(1), 10));
  const data = Uint8Array.from({ length: CACHE_SIDE * CACHE_SIDE * 3 }, () => random.below(256));
  return { widthPx: CACHE_SIDE, heightPx: CACHE_SIDE, data };
}

async function cacheFolder(): Promise<string> {
  const builder = createPixelCacheBuilder(temporaryFolder(), { pixels: noise, packed: noise });
  const { folder } = await builder.prepare(CACHE_SIDE, images, () => {}, new AbortController().signal);
  return folder;
}

async function opened(folder: string): Promise<DataSource> {
  const judged = [images[0]!.contentHash];
  const data = { recipe, seed: SEED, cacheFolder: folder, cacheSide: CACHE_SIDE, images, judged };
  const source = await DataSource.open(data);
  onTestFinished(() => source.close());
  return source;
}

const canvasOf = ({ inputs }: StepBatch): Uint8Array => inputs.get('canvas')!.values as Uint8Array;
/** What the step would see. Outside of the views' boxes a canvas holds what was there before. */
function viewsOf({ inputs }: StepBatch): Float32Array {
  const drawn = tf.tidy(() => {
    const { canvas, numbers, slotOfRow } = inputTensors(inputs);
    return drawViews(viewPlan(recipe), canvas as tf.Tensor4D, numbers as tf.Tensor2D, slotOfRow as tf.Tensor1D);
  });
  const values = drawn.dataSync<'float32'>();
  drawn.dispose();
  return values;
}
/** The thread answers in order: afterwards all is done that it was told before. */
const whenCaughtUp = (source: DataSource): Promise<unknown> => source.judged([0], 'central');
const isReady = (asked: Promise<unknown>): Promise<boolean> =>
  Promise.race([asked.then(() => true), setImmediate(false)]);

describe('batches of the data thread', () => {
  it('lie ready two steps ahead, in three canvases, and none is filled again before it is given back', async () => {
    const source = await opened(await cacheFolder());
    const first = (await source.batch(0, 0.1)).batch;
    await whenCaughtUp(source);
    const ahead = [source.batch(1, 0.1), source.batch(2, 0.1)];
    for (const asked of ahead) expect(await isReady(asked)).toBe(true);
    const [second, third] = (await Promise.all(ahead)).map(({ batch }) => batch) as [StepBatch, StepBatch];
    const canvases = [first, second, third].map(canvasOf);
    expect(new Set(canvases.map(({ buffer }) => buffer)).size).toBe(3);
    const before = canvases.map((canvas) => Uint8Array.from(canvas));
    const fourth = source.batch(3, 0.1);
    await whenCaughtUp(source);
    expect(await isReady(fourth)).toBe(false);
    second.release();
    const { batch } = await fourth;
    expect(canvasOf(batch).buffer).toBe(canvases[1]!.buffer);
    expect(canvases.map((canvas, i) => Buffer.compare(canvas, before[i]!) === 0)).toEqual([true, false, true]);
  });

  it('are the same whatever was asked for before, and by whom', async () => {
    const folder = await cacheFolder();
    const [inOrder, jumping] = [await opened(folder), await opened(folder)];
    const seen = new Map<number, Float32Array>();
    for (let step = 0; step < 14; step++) {
      const { batch } = await inOrder.batch(step, 0.1);
      seen.set(step, viewsOf(batch));
      batch.release();
    }
    for (const step of [0, 12, 3, 4, 13, 1]) {
      const { batch } = await jumping.batch(step, 0.1);
      expect(viewsOf(batch)).toEqual(seen.get(step));
      batch.release();
    }
    expect(seen.get(0)).not.toEqual(seen.get(10));
  });

  it('that can’t be read end the loop with their cause, though they were read ahead', async () => {
    const folder = await cacheFolder();
    const failing = 6;
    const [image] = new BatchOrder(planBatches(COUNT, BATCH, null), SEED).imagesOfStep(failing);
    damage(folder, images[image!]!.contentHash);
    const source = await opened(folder);
    const batches = {
      stepsPerEpoch: COUNT / BATCH,
      batch: (step: number) => source.batch(step, 0.01),
      close: () => source.close(),
    };
    const clock = new HandClock();
    const [checkpoints, metrics] = [new ArrayCheckpoints(), new EventList()];
    const control = pauseAfter(Number.POSITIVE_INFINITY);
    const runner = new SummingRunner(clock, 100);
    const parts = { runner, batches, checkpoints, metrics, clock, control, evaluation: null };
    const plan = { totalSteps: 50, viewsPerStep: 2 * BATCH, noSignalLoss: 2, healthyStd: 0.1, from: null };
    await expect(trainRun(parts, plan)).rejects.toMatchObject({ code: 'pixels.damaged' });
    const made = metrics.of('progress').length;
    expect(made).toBeLessThanOrEqual(failing);
    expect(made).toBeGreaterThanOrEqual(failing - 3);
  });
});

/** Changes a byte of an image's pixels where they lie. */
function damage(folder: string, contentHash: string): void {
  const cache = openPixelCache(folder);
  const { bytes } = cache.keptOf(contentHash);
  cache.close();
  const { segment, offset } = readPixelIndex(folder)!.images.get(contentHash)!;
  const file = openSync(segmentPath(folder, segment), 'r+');
  writeSync(file, Uint8Array.of(bytes[0]! ^ 255), 0, 1, offset);
  closeSync(file);
}
