/** The listings of another thread as promises. */
import { Worker } from 'node:worker_threads';
import { KindredError } from '#base/errors.ts';
import type { Listings } from '#database/listings.ts';

type Method = {
  [Name in keyof Listings]: Listings[Name] extends (...values: never[]) => unknown ? Name : never;
}[keyof Listings];

export interface ReaderQuestion {
  readonly id: number;
  readonly method: Method;
  readonly values: readonly unknown[];
}

export type ReaderAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string; readonly data: object } };

export class Reader {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #next = 0;

  constructor(libraryFolder: string) {
    this.#worker = new Worker(new URL('./reader-thread.ts', import.meta.url), { workerData: libraryFolder });
    this.#worker.on('message', (answer: ReaderAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) {
        const { code, message, data } = answer.error;
        waiting?.reject(new KindredError(code, message, { ...data }));
      } else waiting?.resolve(answer.value as never);
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    this.#worker.unref();
  }

  ask<M extends Method>(method: M, ...values: Parameters<Listings[M]>): Promise<ReturnType<Listings[M]>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const question: ReaderQuestion = { id, method, values };
      this.#worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
