import type { DescribeResult, ImageDecoder } from '../ports/images.ts';

/** How far the decoders may be ahead of the slowest file; bounds memory (about 3 kB a file). */
const WINDOW_FILES = 8192;

/**
 * Looks into files and gives the answers in the order of the paths, whatever order the decoders finish in. So what is
 * in the library when a process dies is always the beginning of the list, and ids do not depend on timing.
 *
 * Ends early, without an error, when `signal` is aborted.
 */
export async function* describeInOrder(
  decoder: ImageDecoder,
  paths: readonly string[],
  thumbnailFolder: string,
  signal: AbortSignal,
): AsyncGenerator<DescribeResult> {
  const waiting = new Map<string, DescribeResult>();
  const window = new FeedWindow();
  let next = 0;
  try {
    for await (const result of decoder.describe(feed(paths, window, signal), thumbnailFolder, signal)) {
      waiting.set(result.path, result);
      for (let ready = waiting.get(paths[next]!); ready !== undefined; ready = waiting.get(paths[next] ?? '')) {
        waiting.delete(ready.path);
        window.moveTo(++next);
        yield ready;
      }
      if (signal.aborted) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function* feed(paths: readonly string[], window: FeedWindow, signal: AbortSignal): AsyncGenerator<string> {
  const release = (): void => window.moveTo(Number.POSITIVE_INFINITY);
  signal.addEventListener('abort', release, { once: true });
  try {
    for (let i = 0; i < paths.length && !signal.aborted; i++) {
      if (!window.holds(i)) await window.untilItHolds(i);
      yield paths[i]!;
    }
  } finally {
    signal.removeEventListener('abort', release);
  }
}

/** The positions that may be worked on: from the first one unanswered, `WINDOW_FILES` of them. */
class FeedWindow {
  #start = 0;
  #waiter: { readonly position: number; readonly wake: () => void } | null = null;

  holds(position: number): boolean {
    return position < this.#start + WINDOW_FILES;
  }

  moveTo(start: number): void {
    this.#start = Math.max(this.#start, start);
    if (this.#waiter === null || !this.holds(this.#waiter.position)) return;
    this.#waiter.wake();
    this.#waiter = null;
  }

  untilItHolds(position: number): Promise<void> {
    return new Promise((wake) => {
      this.#waiter = { position, wake };
    });
  }
}
