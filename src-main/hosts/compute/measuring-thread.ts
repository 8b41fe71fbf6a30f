/** Measures what a run of one configuration takes on this computer: speed on a small batch, memory of the full one. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MeasuredRun } from '#application/ports/runs.ts';
import { errorFacts } from './error-facts.ts';
import { activationBytes, chunkedTimes } from './expected-memory.ts';
import { measuredRate } from './measured-rate.ts';
import type { FromCompute, MeasureRequest } from './messages.ts';

/** No step begins later than this after the first. */
const MEASURE_WITHIN_MS = 4000;

async function measure({ config, threads }: MeasureRequest): Promise<MeasuredRun> {
  const { precision, compiled } = config;
  const endMs = performance.now() + MEASURE_WITHIN_MS;
  const { viewsPerSecond, batchSize, ran } = await measuredRate(config, { threads, precision, compiled }, endMs);
  const measured = { ...config, batchSize, chunk: { ...config.chunk, images: null } };
  const more = activationBytes(config, ran.precision) - activationBytes(measured, ran.precision);
  const device = ran.device === 'cpu' ? 'cpu' : 'gpu';
  return {
    device,
    viewsPerSecond: viewsPerSecond / chunkedTimes(config),
    memoryBytes: 1024 * process.resourceUsage().maxRSS + Math.max(0, more),
  };
}

measure(workerData as MeasureRequest).then(
  (measured) => parentPort!.postMessage({ kind: 'measured', measured } satisfies FromCompute),
  (error: unknown) => parentPort!.postMessage({ kind: 'error', error: errorFacts(error) } satisfies FromCompute),
);
