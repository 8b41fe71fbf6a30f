/**
 * The engine's and the command line's end of compute processes: starts them, hears them out, and turns every way in
 * which one can end into an outcome.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Embedder } from '#application/ports/embedder.ts';
import type {
  ChosenRecipe,
  MeasuredRun,
  RecipeQuestion,
  RunEvent,
  RunFolderState,
  RunHost,
  RunOutcome,
  RunSession,
} from '#application/ports/runs.ts';
import { KindredError } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import { tensorFlowEnvironment } from '#tensorflow/environment.ts';
import { errorOf } from './error-facts.ts';
import type { FromCompute, MeasureRequest, ToCompute } from './messages.ts';
import { RunFolder } from './run-folder.ts';
import { isSomeRunHeld, runFolders } from './run-folders.ts';
import { isRunHeld } from './run-lock.ts';

const STDERR_KEPT = 4000;
/** TensorFlow's notes to itself. */
const CHATTER = /^(WARNING: All log messages|[IW]\d{4} )/;

export interface ComputeChild {
  readonly send: (message: ToCompute) => void;
  /** What it wrote to stderr last; for the message when it dies. */
  readonly lastWords: () => string;
  readonly process: ChildProcess;
}

/**
 * @param threads 0: one for each core.
 * @param maySeeGpus false for what is little work, or would take memory of a GPU that a training needs.
 */
export function startCompute(
  threads: number,
  onMessage: (message: FromCompute) => void,
  maySeeGpus = true,
): ComputeChild {
  const child = fork(new URL('./main.ts', import.meta.url), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: computeEnvironment(threads, maySeeGpus),
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-STDERR_KEPT);
  });
  child.on('message', (message) => onMessage(message as FromCompute));
  const send = (message: ToCompute): void => {
    if (child.connected) child.send(message, () => {});
  };
  return { send, lastWords: () => withoutChatter(words), process: child };
}

/** As `startCompute` takes them. Variables that are set already stay as they are. */
export function computeEnvironment(threads: number, maySeeGpus: boolean): NodeJS.ProcessEnv {
  const given = maySeeGpus ? process.env : { ...process.env, KINDRED_DEVICE: 'cpu' };
  return { ...given, ...tensorFlowEnvironment(threads === 0 ? null : threads, given) };
}

function withoutChatter(words: string): string {
  return words
    .split('\n')
    .filter((line) => line.trim() !== '' && !CHATTER.test(line))
    .join('\n');
}

export function deathOf(child: ComputeChild, code: number | null, signal: NodeJS.Signals | null): KindredError {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  const why = signal === 'SIGKILL' ? ' The system may have been short of memory: try a smaller batch or side.' : '';
  const words = child.lastWords() === '' ? '' : ` It said: ${child.lastWords()}`;
  return new KindredError('compute.died', `The compute process was ended ${how}.${why}${words}`, { code, signal });
}

/**
 * @param runsFolder absolute; the library's `runs/`.
 * @param isProfiled its sessions of training say where their time goes.
 */
export function computeRunHost(runsFolder: string, isProfiled = false): RunHost {
  const folderOf = (id: RunId): RunFolder => new RunFolder(runsFolder, id);
  return {
    prepare: async (plan) => folderOf(plan.runId).writePlan(plan),
    chooseRecipe,
    measureRun,
    train: (id, onEvent) => startTraining(folderOf(id), isProfiled, onEvent),
    requestPause: (id) => folderOf(id).requestPause(),
    inspect: (id) => inspect(folderOf(id)),
    keptSteps: (id) => folderOf(id).keptSteps(),
    readPlan: (id) => folderOf(id).readPlan(),
    readEvents: (id) => folderOf(id).readEvents(),
    findPlan: (id) => folderOf(id).findPlan(),
    findGraph: (id) => folderOf(id).findGraph(),
    ...runFolders(runsFolder),
  };
}

function chooseRecipe(question: RecipeQuestion, signal: AbortSignal): Promise<ChosenRecipe> {
  return answerTo({ kind: 'choose', request: question }, signal, (message) =>
    message.kind === 'recipeChosen' ? message.chosen : null,
  );
}

function measureRun(question: MeasureRequest, signal: AbortSignal): Promise<MeasuredRun> {
  return answerTo({ kind: 'measure', request: question }, signal, (message) =>
    message.kind === 'measured' ? message.measured : null,
  );
}

/** A process that measures for one answer. */
function answerTo<Answer>(
  question: Extract<ToCompute, { kind: 'choose' | 'measure' }>,
  signal: AbortSignal,
  answerIn: (message: FromCompute) => Answer | null,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = startCompute(question.request.threads, (message) => {
      const answer = answerIn(message);
      if (answer !== null) resolve(answer);
      else if (message.kind === 'error') reject(errorOf(message.error));
    });
    const onAbort = (): void => child.send({ kind: 'stop' });
    signal.addEventListener('abort', onAbort, { once: true });
    child.process.on('exit', (code, ended) => {
      signal.removeEventListener('abort', onAbort);
      const interrupted = new KindredError('job.interrupted', 'Stopped while measuring; no run was made.', {});
      reject(signal.aborted ? interrupted : deathOf(child, code, ended));
    });
    child.send(question);
    if (signal.aborted) onAbort();
  });
}

function startTraining(folder: RunFolder, isProfiled: boolean, onEvent: (event: RunEvent) => void): RunSession {
  const ended = Promise.withResolvers<RunOutcome>();
  let step: number | null = null;
  const child = startCompute(threadsOf(folder), (message) => {
    if (message.kind === 'ended') ended.resolve(message.outcome);
    else if (message.kind === 'error') ended.resolve({ status: 'failed', failure: { ...message.error, step } });
    else if (message.kind === 'event') {
      if (message.event.kind === 'progress') step = message.event.step;
      onEvent(message.event);
    }
  });
  child.process.on('exit', (code, signal) => {
    const { code: name, message } = deathOf(child, code, signal);
    const kept = folder.newestCheckpoint();
    const after =
      kept === null ? 'It had no checkpoint yet.' : `Checkpoint ${kept.step} is intact; resume goes on from it.`;
    ended.resolve({ status: 'failed', failure: { code: name, message: `${message} ${after}`, step } });
  });
  child.send({ kind: 'train', runFolder: folder.path, isProfiled });
  const gone = new Promise<void>((resolve) => child.process.once('exit', () => resolve()));
  return {
    pause: () => child.send({ kind: 'stop' }),
    ended: ended.promise.then(async (outcome) => {
      await gone;
      return outcome;
    }),
  };
}

/** 0 when the plan can't be read: the child will say why. */
function threadsOf(folder: RunFolder): number {
  return folder.exists ? folder.readPlan().threads : 0;
}

function inspect(folder: RunFolder): RunFolderState {
  return {
    isHeld: isRunHeld(folder.path),
    checkpoint: folder.newestCheckpoint(),
    totalSteps: folder.readResolved()?.totalSteps ?? null,
  };
}

/** @param runsFolder absolute; the library's `runs/`. */
export function computeEmbedder(runsFolder: string): Embedder {
  return {
    embed: (request, onBatch, signal) =>
      new Promise((resolve, reject) => {
        const threads = threadsOf(new RunFolder(runsFolder, request.runId));
        const hear = (message: FromCompute): void => {
          if (message.kind === 'embedded') resolve(message.result);
          else if (message.kind === 'error') reject(errorOf(message.error));
          else if (message.kind === 'vectors') {
            Promise.resolve(onBatch(message.first, message.values, message.dimensions)).then(
              () => child.send({ kind: 'stored' }),
              (error: unknown) => {
                child.send({ kind: 'stop' });
                reject(error instanceof Error ? error : new Error(String(error)));
              },
            );
          }
        };
        const child = startCompute(threads, hear, !isSomeRunHeld(runsFolder));
        const onAbort = (): void => child.send({ kind: 'stop' });
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) onAbort();
        child.process.on('exit', (code, ended) => {
          signal.removeEventListener('abort', onAbort);
          const interrupted = new KindredError('job.interrupted', 'Embedding was interrupted; ask again to go on.', {});
          reject(signal.aborted ? interrupted : deathOf(child, code, ended));
        });
        child.send({ kind: 'embed', runsFolder, request });
      }),
  };
}
