/** The thread in which a linear probe is fitted: it takes up to a minute, and nobody else should wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LabelledVectors } from '#evaluation/labels.ts';
import { fitLinearProbe, type LinearProbe } from '#evaluation/linear-probe.ts';

export interface ProbeTask {
  /** Vectors in a SharedArrayBuffer, so that they are not copied. */
  readonly training: LabelledVectors;
  readonly classCount: number;
  readonly seed: number;
}

export type ProbeReply =
  { readonly kind: 'progress'; readonly fraction: number } | { readonly kind: 'fitted'; readonly probe: LinearProbe };

const port = parentPort;
if (port === null) throw new Error('probe-worker.ts runs as a worker thread only.');

const tell = (reply: ProbeReply): void => port.postMessage(reply);
const { training, classCount, seed } = workerData as ProbeTask;
const onProgress = (fraction: number): void => tell({ kind: 'progress', fraction });
tell({ kind: 'fitted', probe: fitLinearProbe(training, classCount, { seed, onProgress }) });
