/**
 * What a command says. Results go to stdout: sentences and tables for a person, or with `--json` one JSON object a
 * line and nothing else. Warnings and errors go to stderr in both.
 */
import type { KindredError } from '#base/errors.ts';
import { errorCatalogue, type ErrorCode, type ErrorEntry } from '#contract/errors.ts';
import { tableLines, type Column } from './table.ts';

/** Without a terminal a live line is repeated at most this often. */
const QUIET_LIVE_INTERVAL_MS = 5000;
const CLEAR_LINE = '\r\u001B[2K';

/** The part of a stream that is used here. */
export interface TextSink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** Control and bidirectional characters as escapes: names of files are data and must not drive a terminal. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export class Output {
  readonly #options: OutputOptions;
  #hasLiveLine = false;
  #lastLiveMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json;
  }

  /** A line for a person; nothing with `--json`. */
  line(text = ''): void {
    if (this.json) return;
    this.#clearLive();
    this.#options.stdout.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  /** An object for a machine; nothing without `--json`. Numbers that JSON can't hold become null. */
  event(event: Readonly<Record<string, unknown>> & { readonly event: string }): void {
    if (this.json) this.#options.stdout.write(`${JSON.stringify(event)}\n`);
  }

  /** A table for a person, right-aligning what is numeric; nothing with `--json`. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
    for (const line of tableLines(rows, columns)) this.line(line);
  }

  /** State of the moment: one line that is written over on a terminal, a line now and then elsewhere. */
  live(text: string): void {
    if (this.json) return;
    const { stdout, nowMs } = this.#options;
    if (stdout.isTTY) {
      stdout.write(`${CLEAR_LINE}${printable(text).slice(0, Math.max(1, (stdout.columns ?? 80) - 1))}`);
      this.#hasLiveLine = true;
    } else if (nowMs() - this.#lastLiveMs >= QUIET_LIVE_INTERVAL_MS) {
      this.#lastLiveMs = nowMs();
      stdout.write(`${printable(text)}\n`);
    }
  }

  /** Something to know that is not an error. To stderr. */
  warning(text: string): void {
    this.#clearLive();
    this.#options.stderr.write(`${printable(text)}\n`);
  }

  /** Prints an error by its catalogue entry; with `--json` also as a `command.failed` line. */
  error(error: KindredError): void {
    this.#clearLive();
    this.event({ event: 'command.failed', code: error.code, message: error.message, data: error.data });
    const title = entryOf(error.code)?.title ?? 'Something went wrong';
    this.#options.stderr.write(`${title} (${error.code})\n${error.message.split('\n').map(printable).join('\n')}\n`);
  }

  /** Ends the live line, so that what follows starts on a line of its own. */
  finish(): void {
    this.#clearLive();
  }

  #clearLive(): void {
    if (this.#hasLiveLine) this.#options.stdout.write(CLEAR_LINE);
    this.#hasLiveLine = false;
  }
}

/** The catalogue's entry of a code, or null for a code that is not in it. */
export function entryOf(code: string): ErrorEntry | null {
  return Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ErrorCode] : null;
}
