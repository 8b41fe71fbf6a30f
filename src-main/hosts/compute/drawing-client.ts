/** The engine's end of the compute process that draws views: started on need, ended when nobody has asked for a while. */
import { KindredError } from '#base/errors.ts';
import { type ComputeChild, deathOf, startCompute } from './client.ts';
import { errorOf } from './error-facts.ts';
import type { DrawnViews, DrawRequest, FromCompute } from './messages.ts';

/** TensorFlow holds some hundred megabytes that nobody uses. */
const IDLE_MS = 5 * 60_000;

interface Waiting {
  readonly resolve: (drawn: DrawnViews) => void;
  readonly reject: (error: Error) => void;
}

export class DrawingClient {
  readonly #threads: () => number;
  readonly #waiting = new Map<number, Waiting>();
  #child: ComputeChild | null = null;
  #idle: NodeJS.Timeout | null = null;
  #next = 0;
  #isClosed = false;

  /** @param threads asked when a process is started: 1 while a run needs the others, 0 for one a core. */
  constructor(threads: () => number) {
    this.#threads = threads;
  }

  /** @throws KindredError `compute.died`, `setup.incomplete`; `job.interrupted` once it is closed. */
  async draw(request: Omit<DrawRequest, 'id'>): Promise<DrawnViews> {
    if (this.#isClosed) throw new KindredError('job.interrupted', 'Kindred ends; no pairs are drawn any more.');
    const id = this.#next++;
    const child = (this.#child ??= this.#start());
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      child.send({ kind: 'draw', request: { ...request, id } });
    });
  }

  /** Nothing is started any more, also for who asks later: a process of ours would keep the engine from ending. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const gone = this.#child?.process;
    this.#end();
    if (gone && gone.exitCode === null && gone.signalCode === null) await new Promise((end) => gone.once('exit', end));
  }

  #end(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#child?.send({ kind: 'stop' });
    this.#child = null;
  }

  #start(): ComputeChild {
    const hear = (message: FromCompute): void => {
      if (message.kind === 'drawn') this.#take(message.drawn.id)?.resolve(message.drawn);
      else if (message.kind === 'notDrawn') this.#take(message.id)?.reject(errorOf(message.error));
      else if (message.kind === 'error') this.#rejectAll(errorOf(message.error));
    };
    // Pairs are drawn within some milliseconds on any processor.
    const child = startCompute(this.#threads(), hear, false);
    child.process.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = null;
      this.#rejectAll(deathOf(child, code, signal));
    });
    return child;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
