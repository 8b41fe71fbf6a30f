/** The main thread's end of the training thread. */
import { Worker } from 'node:worker_threads';
import type { RunProfile } from '#application/ports/run-profile.ts';
import { KindredError } from '#base/errors.ts';
import type { Checkpoint, CheckpointMark, TrainingEvent } from '#training/ports.ts';
import { errorFacts, errorOf } from './error-facts.ts';
import type {
  EmbedJob,
  FromTraining,
  StartedFacts,
  ToTraining,
  TrainingResult,
  TrainingThreadData,
  TrainJob,
} from './messages.ts';
import type { ResolvedRun } from './run-folder.ts';

export interface ThreadListener {
  readonly write: (checkpoint: Checkpoint, marks: readonly CheckpointMark[]) => Promise<{ readonly sizeBytes: number }>;
  readonly onResolved: (resolved: ResolvedRun, started: StartedFacts) => void;
  readonly onEvent: (event: TrainingEvent) => void;
  readonly onLog: (level: 'info' | 'warning', message: string) => void;
  readonly onProfile: (profile: RunProfile, isFinal: boolean) => void;
  readonly onVectors: (first: number, values: Float32Array, dimensions: number) => void;
}

export interface TrainingThread {
  readonly ended: Promise<TrainingResult>;
  /** Asks it to end at the next step or batch. */
  readonly stop: () => void;
  readonly stored: () => void;
}

export function startTrainingThread(job: TrainJob | EmbedJob, listener: ThreadListener): TrainingThread {
  const stopFlag = new Int32Array(new SharedArrayBuffer(4));
  const workerData: TrainingThreadData = { job, stopFlag };
  const worker = new Worker(new URL('./training-thread.ts', import.meta.url), { workerData });
  const ended = Promise.withResolvers<TrainingResult>();
  const tell = (message: ToTraining): void => worker.postMessage(message);
  worker.on('message', (message: FromTraining) => {
    if (message.kind === 'done') ended.resolve(message.result);
    else if (message.kind === 'failed') ended.reject(errorOf(message.error));
    else handle(message, listener, tell);
  });
  worker.on('error', (error) => ended.reject(error));
  worker.on('exit', (code) => {
    ended.reject(new KindredError('compute.died', `The training thread ended by itself with code ${code}.`, { code }));
  });
  return {
    ended: ended.promise,
    stop: () => {
      Atomics.store(stopFlag, 0, 1);
      tell({ kind: 'stored' });
    },
    stored: () => tell({ kind: 'stored' }),
  };
}

type Report = Exclude<FromTraining, { kind: 'done' | 'failed' }>;

function handle(message: Report, listener: ThreadListener, tell: (message: ToTraining) => void): void {
  switch (message.kind) {
    case 'resolved':
      listener.onResolved(message.resolved, message.started);
      return;
    case 'event':
      listener.onEvent(message.event);
      return;
    case 'log':
      listener.onLog(message.level, message.message);
      return;
    case 'profiled':
      listener.onProfile(message.profile, message.isFinal);
      return;
    case 'vectors':
      listener.onVectors(message.first, message.values, message.dimensions);
      return;
    case 'checkpoint':
      listener.write(message.checkpoint, message.marks).then(
        ({ sizeBytes }) => tell({ kind: 'written', id: message.id, sizeBytes }),
        (error: unknown) => tell({ kind: 'notWritten', id: message.id, error: errorFacts(error) }),
      );
  }
}
