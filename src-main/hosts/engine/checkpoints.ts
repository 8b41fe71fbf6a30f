import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LIBRARY_DATABASE } from '#database/open-library.ts';

/** By then the first screen is there: a thread more would have held it up. */
const START_AFTER_MS = 3000;

/** The thread of checkpoint-thread.ts, from shortly after the engine's start until `close`. */
export class Checkpoints {
  readonly #starting: NodeJS.Timeout;
  #worker: Worker | null = null;

  constructor(libraryFolder: string) {
    this.#starting = setTimeout(() => {
      const workerData = join(libraryFolder, LIBRARY_DATABASE);
      this.#worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData });
      this.#worker.unref();
      // Without it the engine's own commits carry the log over.
      this.#worker.on('error', () => {});
    }, START_AFTER_MS);
    this.#starting.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#starting);
    await this.#worker?.terminate();
  }
}
