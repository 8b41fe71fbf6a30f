import { Worker } from 'node:worker_threads';
import type { FitProbe } from '#application/judging/judge-by-labels.ts';
import { KindredError } from '#base/errors.ts';
import type { LinearProbe } from '#evaluation/linear-probe.ts';
import type { ProbeReply, ProbeTask } from './probe-worker.ts';

/** Fits a linear probe on a thread of its own. @throws KindredError `job.interrupted` when the signal comes first. */
export const fitProbeInThread: FitProbe = async (training, classCount, seed, onProgress, signal) => {
  const values = new Float32Array(new SharedArrayBuffer(training.vectors.values.byteLength));
  values.set(training.vectors.values);
  const task: ProbeTask = {
    training: { vectors: { ...training.vectors, values }, labels: training.labels },
    classCount,
    seed,
  };
  const { promise, resolve, reject } = Promise.withResolvers<LinearProbe>();
  const worker = new Worker(new URL('./probe-worker.ts', import.meta.url), { workerData: task });
  const interrupt = (): void =>
    reject(new KindredError('job.interrupted', 'Fitting the linear probe was interrupted.'));
  worker.on('message', (reply: ProbeReply) => {
    if (reply.kind === 'progress') onProgress(reply.fraction);
    else resolve(reply.probe);
  });
  worker.on('error', reject);
  worker.on('exit', (code) => reject(new Error(`The fitting thread ended with code ${code}.`)));
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await worker.terminate();
  }
};
