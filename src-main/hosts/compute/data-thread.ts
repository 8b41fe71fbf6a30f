/**
 * The data thread: reads the pixel cache, decides the views of a step, and copies each view's box into a canvas in
 * shared memory, ahead of the training thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openPixelCache, type PixelCacheReader } from './flat-pixel-cache.ts';
import { canvasSide, copyBoxToCanvas } from '#simclr/views/canvas.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { boxOf, viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { slotCount, viewPlan, type ViewPlan } from '#simclr/views/view-plan.ts';
import { BatchOrder, planBatches } from '#training/batch-plan.ts';
import type { DataThreadData, FromData, ToData, ViewNumbers } from './data-messages.ts';
import { errorFacts } from './error-facts.ts';
import { centralParameters, centralViews } from './central-views.ts';

/** One being read by the step, two ahead. */
const CANVASES = 3;
/** Fixed, so that judged views are the same at every evaluation of every run. */
const JUDGING_SEED = 20_200_213;

const { recipe, seed, cacheFolder, cacheSide, images, judged } = workerData as DataThreadData;

class DataThread {
  readonly #cache: PixelCacheReader;
  readonly #canvasSide: number;
  readonly #order: BatchOrder | null;
  readonly #plan: ViewPlan = viewPlan(recipe);
  readonly #canvases: readonly Uint8Array[];

  constructor(cache: PixelCacheReader) {
    this.#cache = cache;
    const hashes = [...images.map(({ contentHash }) => contentHash), ...judged];
    this.#canvasSide = canvasSide(recipe, cacheSide, cache.largestLongSide(hashes));
    this.#order = images.length === 0 ? null : new BatchOrder(planBatches(images.length, recipe.batchSize), seed);
    const bytes = slotCount(this.#plan, 2 * recipe.batchSize) * 3 * this.#canvasSide ** 2;
    const count = this.#order === null ? 0 : CANVASES;
    this.#canvases = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  ready(): FromData {
    return { kind: 'ready', canvasSide: this.#canvasSide, canvases: this.#canvases };
  }

  fill(step: number, canvas: number): FromData {
    if (this.#order === null) throw new Error('There is nothing to train on.');
    const hashes = Array.from(this.#order.imagesOfStep(step), (index) => images[index]!.contentHash);
    const sizes = hashes.map((hash) => this.#cache.sizeOf(hash));
    const parameters = viewParameters(recipe, seed, step, sizes);
    const numbers = this.#draw(this.#plan, parameters, hashes, this.#canvases[canvas]!);
    return { kind: 'filled', step, canvas, numbers };
  }

  judge(id: number, rows: readonly number[], look: 'central' | 'views'): FromData {
    const hashes = rows.map((row) => judged[row]!);
    const sizes = hashes.map((hash) => this.#cache.sizeOf(hash));
    const isCentral = look === 'central';
    const plan = isCentral ? viewPlan(centralViews(recipe)) : this.#plan;
    // The step's place is taken by the first image, so that every part of the list has views of its own.
    const parameters = isCentral
      ? centralParameters(recipe.side, sizes)
      : viewParameters(recipe, JUDGING_SEED, rows[0]!, sizes);
    const canvas = new Uint8Array(slotCount(plan, parameters.viewCount) * 3 * this.#canvasSide ** 2);
    const numbers = this.#draw(plan, parameters, hashes, canvas);
    return { kind: 'judged', id, canvas, numbers };
  }

  #draw(plan: ViewPlan, parameters: ViewParameters, hashes: readonly string[], canvas: Uint8Array): ViewNumbers {
    const { slots, rowOfSlot, slotOfRow, numbers } = drawingInputs(plan, parameters);
    const pixels = hashes.map((hash) => this.#cache.pixelsOf(hash));
    for (let slot = 0; slot < slots; slot++) {
      const view = rowOfSlot[slot]!;
      if (view < 0) continue;
      copyBoxToCanvas(pixels[view % hashes.length]!, boxOf(parameters, view), canvas, slot, this.#canvasSide);
    }
    return { slots, slotOfRow, numbers, numberRows: numberRows(plan) };
  }
}

function answer(thread: DataThread, message: Exclude<ToData, { kind: 'close' }>): FromData {
  if (message.kind === 'fill') return thread.fill(message.step, message.canvas);
  return thread.judge(message.id, message.rows, message.look);
}

function tell(message: FromData): void {
  parentPort?.postMessage(message);
}

try {
  const cache = openPixelCache(cacheFolder);
  const thread = new DataThread(cache);
  parentPort?.on('message', (message: ToData) => {
    if (message.kind === 'close') {
      cache.close();
      parentPort?.close();
      return;
    }
    try {
      tell(answer(thread, message));
    } catch (error) {
      tell({ kind: 'failed', error: errorFacts(error) });
    }
  });
  tell(thread.ready());
} catch (error) {
  tell({ kind: 'failed', error: errorFacts(error) });
}
