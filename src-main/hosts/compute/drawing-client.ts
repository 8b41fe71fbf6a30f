/** The engine's end of the compute process that draws views: started on need, ended when nobody has asked for a while. */
import { errorOf } from './error-facts.ts';
import { type ComputeChild, deathOf, startCompute } from './client.ts';
import type { DrawnViews, DrawRequest } from './messages.ts';

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

  /** @param threads asked when a process is started: 1 while a run needs the others, 0 for one a core. */
  constructor(threads: () => number) {
    this.#threads = threads;
  }

  /** @throws KindredError `compute.died`, `setup.incomplete`. */
  draw(request: Omit<DrawRequest, 'id'>): Promise<DrawnViews> {
    const id = this.#next++;
    const child = (this.#child ??= this.#start());
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      child.send({ kind: 'draw', request: { ...request, id } });
    });
  }

  async close(): Promise<void> {
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
    const child = startCompute(this.#threads(), (message) => {
      if (message.kind === 'drawn') this.#take(message.drawn.id)?.resolve(message.drawn);
      else if (message.kind === 'notDrawn') this.#take(message.id)?.reject(errorOf(message.error));
      else if (message.kind === 'error') this.#rejectAll(errorOf(message.error));
    });
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
