/**
 * Loaded into the engine's process by the scale bench (NODE_OPTIONS): how long its event loop is held up. SIGUSR2 writes
 * what was seen since the last time to the file that KINDRED_LOOP_FILE names, and begins anew.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** The loop is looked at this often; a look comes late by as long as the loop was held up. */
const EVERY_MS = 5;
const file = process.env.KINDRED_LOOP_FILE;

if (isMainThread && file !== undefined && process.argv[1]?.endsWith('main.ts') && !process.connected) {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
  delays.enable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - EVERY_MS);
  process.on('SIGUSR2', () => {
    const seen = { count: delays.count, p50: late(delays.percentile(50)), p99: late(delays.percentile(99)) };
    writeFileSync(`${file}.new`, JSON.stringify({ ...seen, max: late(delays.max) }));
    renameSync(`${file}.new`, file);
    delays.reset();
  });
}
