/** The end of `AskedThread` in its thread: calls methods of an object, one after the other. */
import { parentPort } from 'node:worker_threads';
import { isKindredError, messageOf } from '#base/errors.ts';

export interface ThreadQuestion {
  readonly id: number;
  readonly method: string;
  readonly values: readonly unknown[];
}

export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string; readonly data: object } };

export function answerCalls(target: object): void {
  const port = parentPort;
  if (port === null) throw new Error('Calls are answered in a worker thread only.');
  port.on('message', ({ id, method, values }: ThreadQuestion) => {
    let answer: ThreadAnswer;
    try {
      const call = Reflect.get(target, method) as (...given: readonly unknown[]) => unknown;
      answer = { id, value: call.apply(target, [...values]) };
    } catch (error) {
      const facts = isKindredError(error)
        ? { code: error.code, data: error.data }
        : { code: 'internal.unexpected', data: {} };
      answer = { id, error: { ...facts, message: messageOf(error) } };
    }
    port.postMessage(answer);
  });
}
