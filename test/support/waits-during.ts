import { monitorEventLoopDelay } from 'node:perf_hooks';

const EVERY_MS = 5;

/** Milliseconds that other work of this thread had to wait while `work` went on. */
export interface Waits {
  /** Of a hundred waits all but one were shorter. */
  readonly p99: number;
  readonly longest: number;
}

export async function waitsDuring(work: () => Promise<unknown>): Promise<Waits> {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
  delays.enable();
  // The first look at the loop only begins to count.
  await new Promise((resolve) => setTimeout(resolve, 4 * EVERY_MS));
  delays.reset();
  await work();
  await new Promise((resolve) => setTimeout(resolve, 4 * EVERY_MS));
  delays.disable();
  return { p99: delays.percentile(99) / 1e6 - EVERY_MS, longest: delays.max / 1e6 - EVERY_MS };
}
