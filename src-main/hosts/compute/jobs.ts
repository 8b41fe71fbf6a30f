/** What the compute process's main thread does for a job: lock, folder, writing; the thread does the rest. */
import { dirname } from 'node:path';
import type { EmbedRequest } from '#application/ports/embedder.ts';
import type { RunPlan } from '#application/ports/runs.ts';
import { KindredError } from '#base/errors.ts';
import { CheckpointFolderStore } from '#checkpoints/checkpoint-store.ts';
import type { StateArrays } from '#training/ports.ts';
import type { FromCompute } from './messages.ts';
import { RunFolder, runFolderAt } from './run-folder.ts';
import { holdRun } from './run-lock.ts';
import { RunRecorder } from './run-recorder.ts';
import { startTrainingThread } from './thread-handle.ts';

export interface ComputeJob {
  /** Resolves with the last word to the parent. */
  readonly ended: Promise<FromCompute>;
  readonly stop: () => void;
  readonly stored: () => void;
  /** Time of a recent step, 0 when unknown. */
  readonly stepMs: () => number;
}

const PAUSE_POLL_MS = 300;

/** @throws KindredError `run.active` (as a rejection of `ended`), and all that can fail a run's start. */
export function startTrainJob(path: string, isProfiled: boolean, send: (message: FromCompute) => void): ComputeJob {
  const folder = runFolderAt(path);
  const recorder = new RunRecorder(folder, (event) => send({ kind: 'event', event }));
  const thread = Promise.withResolvers<ReturnType<typeof startTrainingThread>>();
  let isStopRequested = false;
  const stop = (): void => {
    isStopRequested = true;
    recorder.pauseRequested();
    void thread.promise.then((running) => running.stop());
  };
  const ended = trainWithLock(folder, isProfiled, recorder, thread.resolve, stop, () => isStopRequested);
  return { ended, stop, stored: () => {}, stepMs: () => recorder.stepMs };
}

async function trainWithLock(
  folder: RunFolder,
  isProfiled: boolean,
  recorder: RunRecorder,
  onThread: (thread: ReturnType<typeof startTrainingThread>) => void,
  stop: () => void,
  isStopRequested: () => boolean,
): Promise<FromCompute> {
  const release = holdRun(folder.path);
  folder.clearPauseRequest();
  const poll = setInterval(() => folder.isPauseRequested() && stop(), PAUSE_POLL_MS);
  try {
    const plan = folder.readPlan();
    const store = new CheckpointFolderStore(folder.checkpoints, (message) => recorder.log('warning', message));
    await store.open();
    const checkpoint = await store.readNewest();
    const resolved = folder.readResolved();
    if (checkpoint !== null && resolved === null) {
      throw new KindredError('run.notResumable', `The run in "${folder.path}" has lost resolved.json.`, {});
    }
    const initial = checkpoint === null ? await startingState(folder, plan) : null;
    folder.keepEventsUpTo(checkpoint?.meta.step ?? -1);
    recorder.begin(checkpoint?.meta ?? null);
    const job = { kind: 'train', plan, runFolder: folder.path, resolved, checkpoint, initial, isProfiled } as const;
    const thread = startTrainingThread(job, {
      write: (written, marks) => recorder.write(store, written, marks),
      onResolved: (made, started) => recorder.started(made, started),
      onEvent: (event) => recorder.record(event),
      onLog: (level, message) => recorder.log(level, message),
      onProfile: (profile, isFinal) => recorder.profiled(profile, isFinal),
      onVectors: () => {},
    });
    onThread(thread);
    if (isStopRequested()) thread.stop();
    const result = await thread.ended;
    if (result.kind !== 'train') throw new Error('A training thread ended with an embedding.');
    return { kind: 'ended', outcome: recorder.ended(result) };
  } catch (error) {
    return { kind: 'ended', outcome: recorder.failed(error) };
  } finally {
    clearInterval(poll);
    folder.clearPauseRequest();
    recorder.close();
    release();
  }
}

/** @throws KindredError of the checkpoint it starts from, when that can't be read any more. */
async function startingState(folder: RunFolder, { startsFrom }: RunPlan): Promise<StateArrays | null> {
  if (startsFrom == null) return null;
  const other = new RunFolder(dirname(folder.path), startsFrom.runId);
  const store = new CheckpointFolderStore(other.checkpoints, () => {});
  return (await store.read(startsFrom.step)).state;
}

export function startEmbedJob(
  runsFolder: string,
  request: EmbedRequest,
  send: (message: FromCompute) => void,
): ComputeJob {
  const thread = Promise.withResolvers<ReturnType<typeof startTrainingThread>>();
  const ended = embedFrom(new RunFolder(runsFolder, request.runId), request, send, thread.resolve);
  return {
    ended,
    stop: () => void thread.promise.then((running) => running.stop()),
    stored: () => void thread.promise.then((running) => running.stored()),
    stepMs: () => 0,
  };
}

async function embedFrom(
  folder: RunFolder,
  request: EmbedRequest,
  send: (message: FromCompute) => void,
  onThread: (thread: ReturnType<typeof startTrainingThread>) => void,
): Promise<FromCompute> {
  const plan = folder.readPlan();
  const log = (message: string): void => send({ kind: 'event', event: { kind: 'log', level: 'warning', message } });
  const store = new CheckpointFolderStore(folder.checkpoints, log);
  const asked = request.checkpointStep;
  const checkpoint = asked === null ? await store.readNewest() : await store.read(asked);
  if (checkpoint === null) {
    throw new KindredError('checkpoint.missing', `Run ${request.runId} has no checkpoint yet. Train it first.`, {});
  }
  const thread = startTrainingThread(
    {
      kind: 'embed',
      plan,
      runFolder: folder.path,
      request,
      checkpoint,
      precision: folder.readResolved()?.precision ?? 'float32',
    },
    {
      write: () => Promise.reject(new Error('Embedding writes no checkpoint.')),
      onResolved: () => {},
      onEvent: () => {},
      onLog: (_, message) => log(message),
      onProfile: () => {},
      onVectors: (first, values, dimensions) => send({ kind: 'vectors', first, values, dimensions }),
    },
  );
  onThread(thread);
  const result = await thread.ended;
  if (result.kind !== 'embed') throw new Error('An embedding thread ended with a run.');
  return { kind: 'embedded', result: result.result };
}
