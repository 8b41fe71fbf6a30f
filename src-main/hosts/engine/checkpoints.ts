import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LIBRARY_DATABASE } from '#database/open-library.ts';
import type { CarryLog } from '#database/write-ahead-log.ts';

/** By then the first screen is there: a thread more would have held it up. */
const START_AFTER_MS = 3000;

/** The thread of checkpoint-thread.ts, from shortly after the engine's start until `close`. */
export class Checkpoints {
  readonly #starting: NodeJS.Timeout;
  #worker: Worker | null = null;
  #waiting: (() => void)[] = [];

  /** @param carriedBy is told the carrier once the thread is there, and null when it has ended before `close`. */
  constructor(libraryFolder: string, carriedBy: (carry: CarryLog | null) => void) {
    this.#starting = setTimeout(() => {
      const workerData = join(libraryFolder, LIBRARY_DATABASE);
      const worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData });
      worker.unref();
      worker.on('message', () => this.#waiting.shift()?.());
      // Without it the engine's own commits carry the log over.
      worker.on('error', () => carriedBy(null));
      worker.on('exit', () => this.#end());
      this.#worker = worker;
      carriedBy(() => this.#carry(worker));
    }, START_AFTER_MS);
    this.#starting.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#starting);
    await this.#worker?.terminate();
  }

  #carry(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      if (this.#worker === null) return resolve();
      this.#waiting.push(resolve);
      worker.postMessage(null);
    });
  }

  #end(): void {
    this.#worker = null;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
