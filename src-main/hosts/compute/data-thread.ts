/**
 * The data thread: reads the pixel cache, decides the views of a step, and copies each view's box into a canvas in
 * shared memory, ahead of the training thread. Pixels kept packed are decoded by decoders of its own.
 */
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createDecoderPool, type Decoders } from '#images/decoder-pool.ts';
import { openPixelCache } from '#images/pixel-cache/pixel-cache-reader.ts';
import { PixelSource } from '#images/pixel-cache/pixel-source.ts';
import { chunkPlan, type ChunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { canvasSide, copyBoxToCanvas } from '#simclr/views/canvas.ts';
import type { ImageSize } from '#simclr/views/crop-box.ts';
import { boxLengths, evaluationBox } from '#simclr/views/evaluation-views.ts';
import { dealChunks, viewsOfChunks } from '#simclr/views/deal-chunks.ts';
import { pickViews } from '#simclr/views/pick-views.ts';
import { viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { slotCount, viewPlan, type ViewPlan } from '#simclr/views/view-plan.ts';
import { BatchOrder, planBatches } from '#training/batch-plan.ts';
import { canvasPlace } from './canvas-places.ts';
import type { DataThreadData, FromData, NamedInputs, ToData } from './data-messages.ts';
import { errorFacts } from './error-facts.ts';
import { fillCanvas } from './fill-canvas.ts';
import { imagesAtOnce, lookCanvasSide, type LookName, type LookShape } from './look-shapes.ts';

/** One being read by the step, two ahead. */
const CANVASES = 3;
/** Fixed, so that judged views are the same at every evaluation of every run. */
const JUDGING_SEED = 20_200_213;
/** The box of a row without an image. */
const ONE_PIXEL = { top: 0, left: 0, height: 1, width: 1 };

const { recipe, seed, cacheFolder, cacheSide, images, judged } = workerData as DataThreadData;

/** More decoders than this only crowd out TensorFlow's threads. */
const MOST_DECODERS = 8;

interface PlannedStep {
  readonly step: number;
  /** Of the batch's images. */
  readonly hashes: readonly string[];
  readonly parameters: ViewParameters;
  /** Views of each chunk; null: the batch is computed whole. */
  readonly chunks: readonly Uint32Array[] | null;
}

class DataThread {
  readonly #source: PixelSource;
  readonly #canvasSide: number;
  readonly #looks: Readonly<Record<LookName, LookShape>>;
  readonly #order: BatchOrder | null;
  readonly #plan: ViewPlan = viewPlan(recipe);
  readonly #chunks: ChunkPlan | null = chunkPlan(recipe);
  /** Of the step asked for last: its chunks ask one after the other. */
  #planned: PlannedStep | null = null;
  readonly #canvases: readonly Uint8Array[];

  constructor(source: PixelSource) {
    this.#source = source;
    const hashes = [...images.map(({ contentHash }) => contentHash), ...judged];
    const longest = source.cache.largestLongSide(hashes);
    this.#canvasSide = canvasSide(recipe, cacheSide, longest);
    const shapeOf = (look: LookName): LookShape => ({
      images: imagesAtOnce(recipe, judged.length),
      canvasSide: lookCanvasSide(recipe, look, cacheSide, longest),
    });
    this.#looks = { central: shapeOf('central'), views: shapeOf('views') };
    this.#order =
      images.length === 0
        ? null
        : new BatchOrder(planBatches(images.length, recipe.batchSize, recipe.chunk.images), seed);
    const bytes = this.#slots * 3 * this.#canvasSide ** 2;
    const count = this.#order === null ? 0 : CANVASES;
    this.#canvases = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  ready(): FromData {
    const canvasShape = [this.#slots, 3, this.#canvasSide, this.#canvasSide];
    return { kind: 'ready', canvasShape, canvases: this.#canvases, looks: this.#looks };
  }

  async fill(place: number, canvas: number): Promise<FromData> {
    const { step, chunk } = canvasPlace(this.#chunks, place);
    const planned = this.#planned?.step === step ? this.#planned : this.#planStep(step);
    this.#planned = planned;
    const pixels = this.#canvases[canvas]!;
    if (planned.chunks === null) {
      const inputs = await this.#draw(planned.parameters, planned.hashes, pixels);
      return { kind: 'filled', canvas, inputs, views: null };
    }
    const views = planned.chunks[chunk]!;
    const hashes = Array.from(views, (view) => planned.hashes[view % planned.hashes.length]!);
    const inputs = await this.#draw(pickViews(planned.parameters, views), hashes, pixels);
    return { kind: 'filled', canvas, inputs, views };
  }

  #planStep(step: number): PlannedStep {
    if (this.#order === null) throw new Error('There is nothing to train on.');
    const hashes = Array.from(this.#order.imagesOfStep(step), (index) => images[index]!.contentHash);
    const parameters = viewParameters(recipe, seed, step, this.#sizes(hashes));
    if (this.#chunks === null) return { step, hashes, parameters, chunks: null };
    const chunkOf = dealChunks(this.#plan, parameters, this.#chunks.count, seed, step);
    return { step, hashes, parameters, chunks: viewsOfChunks(chunkOf, this.#chunks.count) };
  }

  /** Slots of a canvas that is trained on. */
  get #slots(): number {
    return slotCount(this.#plan, this.#chunks?.views ?? 2 * recipe.batchSize);
  }

  async judge(id: number, rows: readonly number[], look: LookName): Promise<FromData> {
    const hashes = rows.map((row) => judged[row]!);
    const inputs = look === 'central' ? await this.#drawCentral(hashes) : await this.#drawPairs(hashes, rows[0]!);
    return { kind: 'judged', id, inputs };
  }

  /** @param place takes the step's place, so that every part of the list has views of its own. */
  async #drawPairs(given: readonly string[], place: number): Promise<NamedInputs> {
    const { images: count, canvasSide: side } = this.#looks.views;
    const hashes = Array.from({ length: count }, (_, i) => given[Math.min(i, given.length - 1)]!);
    const parameters = viewParameters(recipe, JUDGING_SEED, place, this.#sizes(hashes));
    const canvas = canvasOf(slotCount(this.#plan, parameters.viewCount), side);
    const inputs = await this.#draw(parameters, hashes, canvas.values);
    return [['canvas', canvas], ...inputs];
  }

  /** Copies every view's box to its slot. */
  async #draw(parameters: ViewParameters, hashes: readonly string[], canvas: Uint8Array): Promise<NamedInputs> {
    const pixels = await this.#source.pixelsOf(hashes);
    return fillCanvas(this.#plan, parameters, pixels, canvas, this.#canvasSide);
  }

  async #drawCentral(hashes: readonly string[]): Promise<NamedInputs> {
    const { images: count, canvasSide: side } = this.#looks.central;
    const canvas = canvasOf(count, side);
    const boxes = this.#sizes(hashes).map((size) => evaluationBox(size, recipe.side));
    for (const [slot, pixels] of (await this.#source.pixelsOf(hashes)).entries()) {
      copyBoxToCanvas(pixels, boxes[slot]!, canvas.values, slot, side);
    }
    const filling = Array.from({ length: count - boxes.length }, () => ONE_PIXEL);
    const lengths = boxLengths([...boxes, ...filling]);
    return [
      ['canvas', canvas],
      ['lengths', { shape: [2, count], dtype: 'float32', values: lengths }],
    ];
  }

  #sizes(hashes: readonly string[]): readonly ImageSize[] {
    return hashes.map((hash) => this.#source.cache.sizeOf(hash));
  }
}

/** In shared memory, so that it is not copied on its way. */
function canvasOf(slots: number, side: number) {
  const values = new Uint8Array(new SharedArrayBuffer(slots * 3 * side * side));
  return { shape: [slots, 3, side, side], dtype: 'uint8', values } as const;
}

function answer(thread: DataThread, message: Exclude<ToData, { kind: 'close' }>): Promise<FromData> {
  if (message.kind === 'fill') return thread.fill(message.place, message.canvas);
  return thread.judge(message.id, message.rows, message.look);
}

function tell(message: FromData): void {
  parentPort?.postMessage(message);
}

let decoders: Decoders | null = null;

function startDecoders(): Decoders {
  const entry = new URL('../decoder/main.ts', import.meta.url);
  return (decoders ??= createDecoderPool({ entry, children: Math.min(MOST_DECODERS, availableParallelism()) }));
}

try {
  const cache = openPixelCache(cacheFolder);
  const thread = new DataThread(new PixelSource(cache, startDecoders));
  /** Requests are answered in their order. */
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (message: ToData) => {
    if (message.kind === 'close') {
      void Promise.all([decoders?.close(), last]).then(() => {
        cache.close();
        parentPort?.close();
      });
      return;
    }
    last = last
      .then(() => answer(thread, message))
      .then(tell, (error: unknown) => {
        tell({ kind: 'failed', error: errorFacts(error) });
      });
  });
  tell(thread.ready());
} catch (error) {
  tell({ kind: 'failed', error: errorFacts(error) });
}
