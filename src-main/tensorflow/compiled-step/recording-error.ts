/** Why a function can't be recorded. Each is a mistake in the function, or an operation nobody has described yet. */
export type RecordingProblem =
  /** An operation without a shape function: add one to `shape-functions/`. */
  | 'unknownOperation'
  /** A tensor that is neither state, input, made inside nor declared constant. */
  | 'capturedTensor'
  /** Values were read while recording: there are none. */
  | 'readback'
  /** The function returned something that a program can't hold. */
  | 'wrongResult';

export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly problem: RecordingProblem;

  constructor(problem: RecordingProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** The first line of the stack that is neither in a library nor in this folder: where the function did it. */
export function originOfCall(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const lines = (new Error('origin').stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const elsewhere = [import.meta.dirname, 'node_modules', 'node:', '<anonymous>'];
  const own = lines.find((line) => !elsewhere.some((part) => line.includes(part)));
  return own === undefined ? 'an unknown place' : own.trim().replace(/^at /, '');
}
