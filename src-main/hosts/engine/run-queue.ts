/** Runs of the studio: one trains, the others wait their turn; what happens is told to every face. */
import type { RecipeChoice, Run, RunEvent, RunHost } from '#application/ports/runs.ts';
import type { EncoderVectors } from '#application/ports/image-traces.ts';
import { keepRun } from '#application/keep-run.ts';
import { removeRun } from '#application/remove-run.ts';
import { resumeRun } from '#application/resume-run.ts';
import {
  type RunListener,
  type RunPorts,
  type RunResult,
  startRun,
  type StartRequest,
} from '#application/start-run.ts';
import { type LongerRequest, longerName, trainLonger } from '#application/train-longer.ts';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import { isolated } from '#contract/isolated-name.ts';
import type { RunSummary } from '#contract/studio/runs.ts';
import { decodingJob } from './decoding-job.ts';
import { untilReleased } from './orphaned-runs.ts';
import { pointOf } from './run-record.ts';
import type { StudioSession } from './studio-session.ts';

/** What the queue tells, and what it stops. */
type QueueSession = Pick<StudioSession, 'stores' | 'jobs' | 'events' | 'changed' | 'datasetName'> & {
  readonly measurements: Pick<StudioSession['measurements'], 'stop'>;
  readonly embeddings: Pick<StudioSession['embeddings'], 'look' | 'giveWay' | 'goOn'>;
};

export interface QueuePorts {
  readonly host: RunHost;
  readonly forRuns: () => Promise<RunPorts>;
}

interface Waiting {
  readonly runId: RunId;
  readonly train: (signal: AbortSignal) => Promise<void>;
  /** It will never train: whoever waits for its turn is told. */
  readonly leave: () => void;
}

const STOPPED: ReadonlySet<string> = new Set(['job.cancelled', 'job.interrupted']);
const AT_REST: ReadonlySet<string> = new Set(['paused', 'finished', 'failed']);

const decodingTitle = (name: string): string => `Decoding images for “${isolated(name)}”`;

/* A run is made at once (its images decoded, its row in the library as `queued`); only training waits for its turn. */
export class RunQueue {
  readonly #session: QueueSession;
  readonly #ports: QueuePorts;
  readonly #waiting: Waiting[] = [];
  readonly #makings = new Set<AbortController>();
  /** Runs that are to be finished where they rest. */
  readonly #keeping = new Set<RunId>();
  #active: { readonly stop: AbortController; readonly ended: Promise<void>; readonly runId: RunId } | null = null;
  #isClosing = false;

  constructor(session: QueueSession, ports: QueuePorts) {
    this.#session = session;
    this.#ports = ports;
  }

  get activeId(): RunId | null {
    return this.#active?.runId ?? null;
  }

  /** It trains or waits for its turn. */
  isWanted(id: RunId): boolean {
    return this.activeId === id || this.#waiting.some(({ runId }) => runId === id);
  }

  /** A run trains or is being made. */
  get isBusy(): boolean {
    return this.#active !== null || this.#makings.size > 0;
  }

  summaryOf(run: Run): RunSummary {
    const place = this.#waiting.findIndex(({ runId }) => runId === run.id);
    return { ...run, place: place < 0 ? null : place + 1, datasetName: this.#session.datasetName(run.datasetId) };
  }

  /** Makes the run and lets it train when it is its turn; resolves with the run's id once the run is made. */
  start(request: StartRequest): Promise<RunId> {
    const name = request.name ?? this.#session.datasetName(request.datasetId);
    return this.#make(name, (ports, listener, signal) => startRun(ports, request, listener, signal));
  }

  /** A new run from a checkpoint, as `start`. */
  longer(request: LongerRequest): Promise<RunId> {
    return this.#make(longerName(request), (ports, listener, signal) => trainLonger(ports, request, listener, signal));
  }

  #make(
    name: string,
    makeAndTrain: (ports: RunPorts, listener: RunListener, signal: AbortSignal) => Promise<RunResult>,
  ): Promise<RunId> {
    this.#makeRoom();
    const making = new AbortController();
    this.#makings.add(making);
    const made = Promise.withResolvers<RunId>();
    const finished = Promise.withResolvers<void>();
    let id: RunId | null = null;
    const decoding = decodingJob(this.#session.jobs, decodingTitle(name), () => making.abort());
    const onMade = (newId: RunId): Promise<void> => {
      id = newId;
      decoding.end();
      made.resolve(newId);
      this.#session.changed('runs');
      return new Promise((begin, giveUp) => {
        const train = (signal: AbortSignal): Promise<void> => {
          signal.addEventListener('abort', () => making.abort(), { once: true });
          begin();
          return finished.promise;
        };
        const leave = (): void => giveUp(new KindredError('job.cancelled', 'The run has left the queue.'));
        this.#enqueue({ runId: newId, train, leave });
      });
    };
    const listener = { ...this.#listener(() => id), onCache: decoding.show, onMade };
    const work = async (): Promise<void> =>
      this.#settle(await makeAndTrain(await this.#ports.forRuns(), listener, making.signal));
    void work()
      .catch((error: unknown) => (id === null ? made.reject(error) : this.#tellFailure(error, id)))
      .then(() => {
        decoding.end();
        this.#makings.delete(making);
        finished.resolve();
        this.#rest();
      });
    return made.promise;
  }

  /** One that is coming to rest goes on after it. @throws KindredError `run.active` when it trains or waits already. */
  resume(run: Run): void {
    const isComingToRest = this.activeId === run.id;
    this.#enqueue({ runId: run.id, train: (signal) => this.#trainAgain(run, signal), leave: () => {} });
    if (!isComingToRest) this.#session.stores.runs.update(run.id, { status: 'queued', interruptedStep: null });
    this.#session.changed('runs');
  }

  async #trainAgain(run: Run, signal: AbortSignal): Promise<void> {
    const { jobs, stores } = this.#session;
    const decoding = decodingJob(jobs, decodingTitle(run.name), () => this.#active?.stop.abort());
    try {
      stores.runs.update(run.id, { status: 'queued' });
      this.#session.changed('runs');
      const ports = await this.#ports.forRuns();
      await untilReleased(ports.host, run.id, signal);
      const listener = { ...this.#listener(() => run.id), onCache: decoding.show };
      this.#settle(await resumeRun(ports, run, listener, signal));
    } finally {
      decoding.end();
      // It never began.
      const rest = AT_REST.has(run.status) ? run.status : 'paused';
      if (stores.runs.find(run.id)?.status === 'queued') stores.runs.update(run.id, { status: rest });
    }
  }

  /** One that waits for its turn leaves the queue. @throws KindredError `run.idle` when it does neither. */
  pause(id: RunId): void {
    const isActive = this.activeId === id;
    const hasLeft = this.leave(id);
    if (hasLeft && !isActive) this.#session.stores.runs.update(id, { status: 'paused' });
    else if (isActive) this.#active!.stop.abort();
    else throw new KindredError('run.idle', 'This run is not being trained, so there is nothing to pause.', { id });
    this.#session.changed('runs');
  }

  /** Takes a run out of the queue; false where it does not wait in it. */
  leave(id: RunId): boolean {
    const place = this.#waiting.findIndex(({ runId }) => runId === id);
    if (place < 0) return false;
    const [left] = this.#waiting.splice(place, 1);
    left!.leave();
    return true;
  }

  /** Takes a run out of the queue and the library. @throws KindredError `run.active` while it trains. */
  remove(run: Run, vectors: EncoderVectors): void {
    removeRun(this.#session.stores.runs, this.#ports.host, vectors, run);
    this.leave(run.id);
    // It is not held, so its images are still being decoded.
    if (this.#active?.runId === run.id) this.#active.stop.abort();
    this.#session.changed('runs', 'encoder');
  }

  /** Stop and keep. @throws KindredError `checkpoint.missing` when there is no trained encoder yet. */
  keep(run: Run): void {
    if (this.activeId === run.id) {
      this.#keeping.add(run.id);
      this.pause(run.id);
    } else this.#keepAtRest(run);
  }

  #keepAtRest(run: Run): void {
    keepRun(this.#session.stores.runs, this.#ports.host, run);
    this.leave(run.id);
    this.#session.changed('runs', 'encoder');
    this.#session.embeddings.look(run.id);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const { leave } of this.#waiting.splice(0)) leave();
    for (const making of this.#makings) making.abort();
    this.#active?.stop.abort();
    await this.#active?.ended;
  }

  #enqueue(item: Waiting): void {
    const { runId } = item;
    if (
      (this.activeId === runId && !this.#active!.stop.signal.aborted) ||
      this.#waiting.some((other) => other.runId === runId)
    ) {
      throw new KindredError('run.active', 'This run is being trained or waits for its turn already.', { id: runId });
    }
    this.#waiting.push(item);
    this.#next();
  }

  #next(): void {
    const item = this.#active === null && !this.#isClosing ? this.#waiting.shift() : undefined;
    if (item === undefined) return;
    this.#makeRoom();
    const stop = new AbortController();
    const ended = Promise.resolve().then(() => this.#turnOf(item, stop.signal));
    this.#active = { stop, ended, runId: item.runId };
  }

  /** Whatever goes wrong is told, and the next one's turn comes. */
  async #turnOf({ runId, train }: Waiting, signal: AbortSignal): Promise<void> {
    try {
      await train(signal);
    } catch (error) {
      this.#tellFailure(error, runId);
    }
    this.#active = null;
    this.#keeping.delete(runId);
    this.#session.changed('runs', 'encoder');
    this.#next();
    this.#rest();
  }

  /** What a training would slow down, and what would slow it down, waits. */
  #makeRoom(): void {
    this.#session.measurements.stop();
    this.#session.embeddings.giveWay();
  }

  #rest(): void {
    if (!this.isBusy && !this.#isClosing) this.#session.embeddings.goOn();
  }

  /** After a session of training: a finished run's encoder looks at its dataset. */
  #settle({ id, outcome }: RunResult): void {
    const run = this.#session.stores.runs.find(id);
    if (this.#keeping.delete(id) && outcome.status === 'paused' && run !== null) this.#keepAtRest(run);
    if (outcome.status === 'finished') this.#session.embeddings.look(id);
  }

  #listener(id: () => RunId | null) {
    const advice: string[] = [];
    return {
      onNote: (note: string): void => void advice.push(note),
      onChosen: (_: RunId, { message }: RecipeChoice): void => void advice.push(message),
      onEvent: (event: RunEvent): void => {
        const runId = id();
        if (runId === null) return;
        if (event.kind === 'advice') advice.splice(0, advice.length, event.message);
        if (event.kind === 'progress') {
          this.#session.events.publish({ kind: 'run.progress', id: runId, point: pointOf(event), advice: [...advice] });
        } else if (event.kind === 'status' || event.kind === 'evaluated' || event.kind === 'started') {
          const run = this.#session.stores.runs.find(runId);
          if (run) this.#session.events.publish({ kind: 'run.changed', run: this.summaryOf(run) });
        }
      },
    };
  }

  /** What somebody stopped, or removed, is no failure. Throws nothing. */
  #tellFailure(error: unknown, id: RunId): void {
    if (this.#isClosing || (isKindredError(error) && STOPPED.has(error.code))) return;
    const name = this.#nameOf(id);
    if (name === null) return;
    const reason = new Error(`“${isolated(name)}” is not being trained: ${messageOf(error)}`, { cause: error });
    this.#session.jobs.start('embed', `Training “${isolated(name)}”`, () => Promise.reject(reason));
  }

  /** null: it is no longer in the library. */
  #nameOf(id: RunId): string | null {
    try {
      return this.#session.stores.runs.find(id)?.name ?? null;
    } catch {
      return id; // A library that can't be read is what the error tells of.
    }
  }
}
