import { Worker } from 'node:worker_threads';
import type { NeighbourLists } from '#base/neighbour-lists.ts';
import type { UnitRows } from './exact-scan.ts';
import type { ScanReply, ScanRequest } from './search-worker.ts';

interface Waiting {
  readonly resolve: (reply: ScanReply) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread that scans. Started on first use; does not keep the process alive while it has nothing to do. */
export class ScanThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #lastId = 0;

  /** As `scanExactly`; values in a SharedArrayBuffer are not copied. */
  async scan(bank: UnitRows, queries: UnitRows, k: number, threads: number): Promise<NeighbourLists> {
    const id = ++this.#lastId;
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const reply = await new Promise<ScanReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: ScanRequest = { id, bank, queries, k, threads };
      worker.postMessage(request);
    });
    if ('problem' in reply) throw new Error(`Search failed: ${reply.problem}`);
    return { k, rows: reply.rows, similarities: reply.similarities };
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url));
    worker.on('message', (reply: ScanReply) => {
      this.#waiting.get(reply.id)?.resolve(reply);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#fail(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#fail(worker, new Error(`The search thread ended with code ${code}.`)));
    return worker;
  }

  /** What waited fails; the next scan starts another thread. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
