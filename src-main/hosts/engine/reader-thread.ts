/** The engine's thread for reading: listings, counts and details over a read-only connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { openListings } from '#database/open-listings.ts';
import { isKindredError, messageOf } from '#base/errors.ts';
import type { ReaderAnswer, ReaderQuestion } from './reader.ts';

const { listings } = openListings(workerData as string);

parentPort!.on('message', ({ id, method, values }: ReaderQuestion) => {
  let answer: ReaderAnswer;
  try {
    const call = listings[method] as (...given: readonly unknown[]) => unknown;
    answer = { id, value: call.apply(listings, [...values]) };
  } catch (error) {
    const facts = isKindredError(error)
      ? { code: error.code, data: error.data }
      : { code: 'internal.unexpected', data: {} };
    answer = { id, error: { ...facts, message: messageOf(error) } };
  }
  parentPort!.postMessage(answer);
});
