/**
 * A compute process: one job, one life. This thread keeps signals, messages, the run's lock and all writing; TensorFlow
 * lives in a worker thread, so that none of this waits for a step.
 *
 * Life and death: SIGINT is the terminal owner's business and is ignored. SIGTERM, a closed channel and `stop` mean the
 * same: end after the step under way, with a checkpoint, within 10 seconds or that step.
 */
import { Worker } from 'node:worker_threads';
import type { DrawRequest, FromCompute, ToCompute } from './messages.ts';
import { errorFacts } from './error-facts.ts';
import { type ComputeJob, startEmbedJob, startTrainJob } from './jobs.ts';

const END_WITHIN_MS = 10_000;
/** A step that takes longer than the limit may end, and its checkpoint be written. */
const STEPS_OF_GRACE = 3;

let job: ComputeJob | null = null;
let drawing: Worker | null = null;
let isStopping = false;

function send(message: FromCompute): void {
  if (process.connected) process.send?.(message);
}

function stop(): void {
  job?.stop();
  if (isStopping) return;
  isStopping = true;
  if (job === null) process.exit(0);
  const graceMs = Math.max(END_WITHIN_MS, STEPS_OF_GRACE * job.stepMs());
  setTimeout(() => process.exit(1), graceMs).unref();
}

/** Tells the last word and leaves once it is on its way. */
function leave(last: FromCompute): void {
  if (!process.connected) process.exit(0);
  process.send?.(last, () => process.exit(0));
}

function begin(message: ToCompute): void {
  if (message.kind === 'train') job = startTrainJob(message.runFolder, message.isProfiled, send);
  else if (message.kind === 'embed') job = startEmbedJob(message.runsFolder, message.request, send);
  else return;
  job.ended.then(leave, (error: unknown) => leave({ kind: 'error', error: errorFacts(error) }));
}

/** Views are drawn in a thread of their own, TensorFlow loaded once; the process lives until it is told to stop. */
function draw(request: DrawRequest): void {
  drawing ??= new Worker(new URL('./drawing-thread.ts', import.meta.url))
    .on('message', send)
    .on('error', (error) => leave({ kind: 'error', error: errorFacts(error) }));
  drawing.postMessage(request);
}

/** One question, one answer; nothing is kept, so a stop ends the process at once. */
function answer(thread: 'choosing' | 'measuring', request: unknown): void {
  new Worker(new URL(`./${thread}-thread.ts`, import.meta.url), { workerData: request })
    .on('message', leave)
    .on('error', (error) => leave({ kind: 'error', error: errorFacts(error) }));
}

process.on('SIGINT', () => {});
process.on('SIGHUP', stop);
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.on('message', (message: ToCompute) => {
  if (message.kind === 'stop') stop();
  else if (message.kind === 'draw') draw(message.request);
  else if (message.kind === 'choose') answer('choosing', message.request);
  else if (message.kind === 'measure') answer('measuring', message.request);
  else if (message.kind === 'stored') job?.stored();
  else if (job === null) begin(message);
});
