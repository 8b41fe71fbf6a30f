/**
 * The one error class that crosses folders.
 *
 * `code` is a key of the catalogue in `contract/errors.ts` (`noun.problem`); `message` says what happened, to what,
 * with the value and the limit, and what to do; `data` holds the same facts for a machine.
 */
export class KindredError extends Error {
  override readonly name = 'KindredError';
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}

/** True for a `KindredError`, also one that was made in another realm or copied between threads. */
export function isKindredError(error: unknown): error is KindredError {
  return error instanceof Error && error.name === 'KindredError' && typeof Reflect.get(error, 'code') === 'string';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
