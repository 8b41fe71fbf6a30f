/** The training thread's end of the data thread: batches two steps ahead, and canvases of judged images on request. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { StepBatch, StepInput } from '#training/ports.ts';
import type { DataThreadData, FromData, NamedInputs, ToData } from './data-messages.ts';
import { errorOf } from './error-facts.ts';

const END_WITHIN_MS = 2000;

interface Canvas {
  readonly pixels: Uint8Array;
  state: 'free' | 'filling' | 'ready' | 'lent';
  step: number;
  inputs: NamedInputs;
}

export interface JudgedCanvas {
  readonly inputs: ReadonlyMap<string, StepInput>;
}

export class DataSource {
  readonly #canvasShape: readonly number[];
  readonly #worker: Worker;
  readonly #canvases: readonly Canvas[];
  readonly #judged = new Map<number, (answer: JudgedCanvas) => void>();
  #lastId = 0;
  #wanted: { step: number; give: (canvas: Canvas) => void } | null = null;
  #failure: Error | null = null;
  #onFailure: (error: Error) => void = () => {};

  private constructor(worker: Worker, ready: Extract<FromData, { kind: 'ready' }>) {
    this.#worker = worker;
    this.#canvasShape = ready.canvasShape;
    this.#canvases = ready.canvases.map((pixels) => ({ pixels, state: 'free', step: -1, inputs: [] }));
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
    return new DataSource(worker, first);
  }

  /** The inputs of a step. Asking in order finds them ready; any other step is prepared on the spot. */
  async batch(step: number, learningRate: number): Promise<{ batch: StepBatch; waitedMs: number }> {
    const askedMs = performance.now();
    const canvas = await this.#canvasOf(step);
    const waitedMs = performance.now() - askedMs;
    canvas.state = 'lent';
    const pixels: StepInput = { shape: this.#canvasShape, dtype: 'uint8', values: canvas.pixels };
    const inputs = new Map<string, StepInput>([['canvas', pixels], ...canvas.inputs]);
    this.#prepare(step + 1);
    const release = (): void => {
      canvas.state = 'free';
      this.#prepare(step + 1);
    };
    return { batch: { step, learningRate, inputs, release }, waitedMs };
  }

  /** Inputs that draw judged images, by their indices. */
  judged(rows: readonly number[], look: 'central' | 'views'): Promise<JudgedCanvas> {
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

  #canvasOf(step: number): Promise<Canvas> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#onFailure = reject;
      this.#wanted = { step, give: resolve };
      this.#prepare(step);
      this.#serve();
    });
  }

  #hear(message: FromData): void {
    if (message.kind === 'failed') this.#fail(errorOf(message.error));
    else if (message.kind === 'judged') {
      this.#judged.get(message.id)?.({ inputs: new Map(message.inputs) });
      this.#judged.delete(message.id);
    } else if (message.kind === 'filled') {
      const canvas = this.#canvases[message.canvas]!;
      canvas.state = 'ready';
      canvas.inputs = message.inputs;
      this.#serve();
    }
  }

  #serve(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const canvas = this.#canvases.find(({ state, step }) => state === 'ready' && step === wanted.step);
    if (canvas === undefined) {
      this.#prepare(wanted.step);
      return;
    }
    this.#wanted = null;
    wanted.give(canvas);
  }

  /** Lets free canvases be filled for `from` and the steps after it; those ready for other steps are free too. */
  #prepare(from: number): void {
    const end = from + this.#canvases.length;
    const isUseful = ({ step }: Canvas): boolean => step >= from && step < end;
    const missing = Array.from({ length: end - from }, (_, i) => from + i).filter(
      (step) =>
        !this.#canvases.some((canvas) => canvas.step === step && canvas.state !== 'free' && canvas.state !== 'lent'),
    );
    this.#canvases.forEach((canvas, index) => {
      const isFree = canvas.state === 'free' || (canvas.state === 'ready' && !isUseful(canvas));
      const step = isFree ? missing.shift() : undefined;
      if (step === undefined) return;
      canvas.state = 'filling';
      canvas.step = step;
      this.#tell({ kind: 'fill', step, canvas: index });
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
