import { monitorEventLoopDelay } from 'node:perf_hooks';

const EVERY_MS = 5;

/** Milliseconds that other work of this thread had to wait at most while `work` went on. */
export async function longestWait(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
  delays.enable();
  // The first look at the loop only begins to count.
  await new Promise((resolve) => setTimeout(resolve, 4 * EVERY_MS));
  delays.reset();
  await work();
  await new Promise((resolve) => setTimeout(resolve, 4 * EVERY_MS));
  delays.disable();
  return delays.max / 1e6 - EVERY_MS;
}
