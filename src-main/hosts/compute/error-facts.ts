/** Errors across threads and processes: the class is lost on the way, code, message and data are not. */
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import type { ErrorFacts } from './messages.ts';

/** @param step put into the data when known. */
export function errorFacts(error: unknown): ErrorFacts {
  if (isKindredError(error)) return { code: error.code, message: error.message, data: plain(error.data) };
  const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  if (isOutOfMemory(text)) {
    const message = `The computer ran out of memory: ${messageOf(error)}. Choose a smaller batch (--batch) or side (--set side=…).`;
    return { code: 'training.outOfMemory', message, data: {} };
  }
  return { code: 'internal.unexpected', message: `This is a fault in Kindred; please report it.\n${text}`, data: {} };
}

export function errorOf({ code, message, data }: ErrorFacts): KindredError {
  return new KindredError(code, message, data);
}

function isOutOfMemory(text: string): boolean {
  return /resource exhausted|OOM when allocating|out of memory|Array buffer allocation failed/i.test(text);
}

/** Data of an error as what survives a structured clone. */
function plain(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(data)) as Readonly<Record<string, unknown>>;
}
