/** An object of another thread, its methods as promises; the thread runs `answerCalls`. */
import { Worker } from 'node:worker_threads';
import { KindredError } from '#base/errors.ts';
import type { ThreadAnswer, ThreadQuestion } from './answer-calls.ts';

type Method<T> = { [Name in keyof T]: T[Name] extends (...values: never[]) => unknown ? Name : never }[keyof T] &
  string;
type Values<F> = F extends (...values: infer V) => unknown ? V : never;
type Result<F> = F extends (...values: never[]) => infer R ? R : never;

/** Keeps the process alive only while an answer is awaited. */
export class AskedThread<T> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #failure: Error | null = null;
  #next = 0;

  /** @param entry the thread's program. @param libraryFolder given to it. */
  constructor(entry: URL, libraryFolder: string) {
    this.#worker = new Worker(entry, { workerData: libraryFolder });
    this.#worker.on('message', (answer: ThreadAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if ('error' in answer) {
        const { code, message, data } = answer.error;
        waiting?.reject(new KindredError(code, message, { ...data }));
      } else waiting?.resolve(answer.value as never);
    });
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('The thread that was asked has ended.')));
    this.#worker.unref();
  }

  /** Questions are answered in the order they are asked; they fail when the thread has ended. */
  ask<M extends Method<T>>(method: M, ...values: Values<T[M]>): Promise<Awaited<Result<T[M]>>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      const question: ThreadQuestion = { id, method, values };
      this.#worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
