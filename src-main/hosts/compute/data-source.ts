/** The training thread's end of the data thread: batches two steps ahead, and canvases of judged images on request. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { chunkPlan, type ChunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { BatchChunks, StepBatch, StepInput } from '#training/ports.ts';
import { placeNumber } from './canvas-places.ts';
import type { DataThreadData, FromData, NamedInputs, ToData } from './data-messages.ts';
import { errorOf } from './error-facts.ts';
import type { LookName, LookShape } from './look-shapes.ts';

const END_WITHIN_MS = 2000;

interface Canvas {
  readonly pixels: Uint8Array;
  state: 'free' | 'filling' | 'ready' | 'lent';
  /** Of the canvas it holds or is being filled with: see `canvas-places.ts`. */
  place: number;
  inputs: NamedInputs;
  views: Uint32Array | null;
}

export class DataSource {
  readonly #canvasShape: readonly number[];
  readonly #chunks: ChunkPlan | null;
  readonly #worker: Worker;
  readonly #canvases: readonly Canvas[];
  readonly #judged = new Map<number, (inputs: ReadonlyMap<string, StepInput>) => void>();
  /** Of the canvases that `judged` fills. */
  readonly looks: Readonly<Record<LookName, LookShape>>;
  #lastId = 0;
  #wanted: { place: number; give: (canvas: Canvas) => void } | null = null;
  #failure: Error | null = null;
  #onFailure: (error: Error) => void = () => {};

  private constructor(worker: Worker, ready: Extract<FromData, { kind: 'ready' }>, chunks: ChunkPlan | null) {
    this.#worker = worker;
    this.#chunks = chunks;
    this.#canvasShape = ready.canvasShape;
    this.looks = ready.looks;
    this.#canvases = ready.canvases.map((pixels) => ({ pixels, state: 'free', place: -1, inputs: [], views: null }));
    worker.on('message', (message: FromData) => this.#hear(message));
    worker.on('error', (error) => this.#fail(error));
  }

  /** C, in pixels. */
  get canvasSide(): number {
    return this.#canvasShape[2]!;
  }

  /** Starts the thread and opens the pixel cache. */
  static async open(data: DataThreadData): Promise<DataSource> {
    const worker = new Worker(new URL('./data-thread.ts', import.meta.url), { workerData: data });
    const first = await new Promise<FromData>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (first.kind === 'failed') throw errorOf(first.error);
    if (first.kind !== 'ready') throw new Error('The data thread spoke before it was ready.');
    return new DataSource(worker, first, chunkPlan(data.recipe));
  }

  /** The inputs of a step, or its chunks. Asking in order finds them ready; any other is prepared on the spot. */
  async batch(step: number, learningRate: number): Promise<{ batch: StepBatch; waitedMs: number }> {
    if (this.#chunks !== null) {
      const chunks = this.#chunksOf(step, this.#chunks);
      return { batch: { step, learningRate, inputs: new Map(), chunks, release: () => {} }, waitedMs: 0 };
    }
    const { canvas, waitedMs } = await this.#lend(step);
    const batch = { step, learningRate, inputs: this.#inputsOf(canvas), release: () => this.#takeBack(canvas) };
    return { batch, waitedMs };
  }

  #chunksOf(step: number, plan: ChunkPlan): BatchChunks {
    let waitedMs = 0;
    const read: BatchChunks['read'] = async (pass, chunk) => {
      const lent = await this.#lend(placeNumber(plan, { step, pass, chunk }));
      waitedMs += lent.waitedMs;
      const { canvas } = lent;
      return { views: canvas.views!, inputs: this.#inputsOf(canvas), release: () => this.#takeBack(canvas) };
    };
    return { count: plan.count, read, waitedMs: () => waitedMs };
  }

  async #lend(place: number): Promise<{ canvas: Canvas; waitedMs: number }> {
    const askedMs = performance.now();
    const canvas = await this.#canvasOf(place);
    const waitedMs = performance.now() - askedMs;
    this.#prepare(place + 1);
    return { canvas, waitedMs };
  }

  #inputsOf({ pixels, inputs }: Canvas): ReadonlyMap<string, StepInput> {
    const canvas: StepInput = { shape: this.#canvasShape, dtype: 'uint8', values: pixels };
    return new Map<string, StepInput>([['canvas', canvas], ...inputs]);
  }

  #takeBack(canvas: Canvas): void {
    canvas.state = 'free';
    this.#prepare(canvas.place + 1);
  }

  /** What a look at judged images asks for. @param rows their indices, at most `looks[look].images`. */
  judged(rows: readonly number[], look: LookName): Promise<ReadonlyMap<string, StepInput>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#onFailure = reject;
      const id = ++this.#lastId;
      this.#judged.set(id, resolve);
      this.#tell({ kind: 'judge', id, rows, look });
    });
  }

  /** The thread ends its decoders, then itself. */
  async close(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#tell({ kind: 'close' });
    await Promise.race([ended, wait(END_WITHIN_MS, undefined, { ref: false })]);
    await this.#worker.terminate();
  }

  #canvasOf(place: number): Promise<Canvas> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#onFailure = reject;
      this.#wanted = { place, give: resolve };
      this.#prepare(place);
      this.#serve();
    });
  }

  #hear(message: FromData): void {
    if (message.kind === 'failed') this.#fail(errorOf(message.error));
    else if (message.kind === 'judged') {
      this.#judged.get(message.id)?.(new Map(message.inputs));
      this.#judged.delete(message.id);
    } else if (message.kind === 'filled') {
      const canvas = this.#canvases[message.canvas]!;
      canvas.state = 'ready';
      canvas.inputs = message.inputs;
      canvas.views = message.views;
      this.#serve();
    }
  }

  #serve(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const canvas = this.#canvases.find(({ state, place }) => state === 'ready' && place === wanted.place);
    if (canvas === undefined) {
      this.#prepare(wanted.place);
      return;
    }
    this.#wanted = null;
    // At once: who asks for another before this one is used must not have it filled anew.
    canvas.state = 'lent';
    wanted.give(canvas);
  }

  /** Lets free canvases be filled for the places from `from` on; those ready for other places are free too. */
  #prepare(from: number): void {
    const end = from + this.#canvases.length;
    const isUseful = ({ place }: Canvas): boolean => place >= from && place < end;
    const missing = Array.from({ length: end - from }, (_, i) => from + i).filter(
      (place) =>
        !this.#canvases.some((canvas) => canvas.place === place && canvas.state !== 'free' && canvas.state !== 'lent'),
    );
    this.#canvases.forEach((canvas, index) => {
      const isFree = canvas.state === 'free' || (canvas.state === 'ready' && !isUseful(canvas));
      const place = isFree ? missing.shift() : undefined;
      if (place === undefined) return;
      canvas.state = 'filling';
      canvas.place = place;
      this.#tell({ kind: 'fill', place, canvas: index });
    });
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#onFailure(error);
  }

  #tell(message: ToData): void {
    this.#worker.postMessage(message);
  }
}
