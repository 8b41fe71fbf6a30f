import { setImmediate as turn } from 'node:timers/promises';

const SLICE_MS = 8;

/** Breaks in long work, so that others of the thread wait for some milliseconds at most: `if (turns.isDue) await turns.next()`. */
export class Turns {
  #endMs = performance.now() + SLICE_MS;

  /** True when it is others' turn. */
  get isDue(): boolean {
    return performance.now() >= this.#endMs;
  }

  async next(): Promise<void> {
    await turn();
    this.#endMs = performance.now() + SLICE_MS;
  }
}
