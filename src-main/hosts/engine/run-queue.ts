/** Runs of the studio: one trains, the others wait their turn; what happens is told to every face. */
import type { CacheProgress } from '#application/ports/pixel-cache.ts';
import type { RecipeChoice, Run, RunEvent } from '#application/ports/runs.ts';
import { resumeRun } from '#application/resume-run.ts';
import { keepRun } from '#application/keep-run.ts';
import {
  type RunListener,
  type RunPorts,
  type RunResult,
  startRun,
  type StartRequest,
} from '#application/start-run.ts';
import { type LongerRequest, trainLonger } from '#application/train-longer.ts';
import { isKindredError, KindredError, messageOf } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { RunSummary } from '#contract/studio/runs.ts';
import { runHost, runPorts } from '../cli/run-ports.ts';
import type { JobWork } from './job-list.ts';
import { untilReleased } from './orphaned-runs.ts';
import { pointOf } from './run-record.ts';
import type { StudioSession } from './studio-session.ts';

interface Waiting {
  readonly runId: RunId;
  readonly train: (signal: AbortSignal) => Promise<void>;
  /** It will never train: whoever waits for its turn is told. */
  readonly leave: () => void;
}

const STOPPED: ReadonlySet<string> = new Set(['job.cancelled', 'job.interrupted']);

/* A run is made at once (its images decoded, its row in the library as `queued`); only training waits for its turn. */
export class RunQueue {
  readonly #session: StudioSession;
  readonly #waiting: Waiting[] = [];
  readonly #makings = new Set<AbortController>();
  /** Runs that are to be finished where they rest. */
  readonly #keeping = new Set<RunId>();
  #active: { readonly stop: AbortController; readonly ended: Promise<void>; readonly runId: RunId } | null = null;
  #isClosing = false;

  constructor(session: StudioSession) {
    this.#session = session;
  }

  get activeId(): RunId | null {
    return this.#active?.runId ?? null;
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
    return this.#make((ports, listener, signal) => startRun(ports, request, listener, signal));
  }

  /** A new run from a checkpoint, as `start`. */
  longer(request: LongerRequest): Promise<RunId> {
    return this.#make((ports, listener, signal) => trainLonger(ports, request, listener, signal));
  }

  async #make(
    makeAndTrain: (ports: RunPorts, listener: RunListener, signal: AbortSignal) => Promise<RunResult>,
  ): Promise<RunId> {
    this.#session.measurements.stop();
    const making = new AbortController();
    this.#makings.add(making);
    const made = Promise.withResolvers<RunId>();
    let turn: AbortSignal | null = null;
    let id: RunId | null = null;
    const ports = await runPorts(this.#session.wiring, this.#session.stores);
    const finished = Promise.withResolvers<void>();
    const preparing = this.#preparing(() => making.abort());
    const listener = {
      ...this.#listener(() => id),
      onCache: preparing.show,
      onMade: (newId: RunId): Promise<void> => {
        id = newId;
        preparing.end();
        made.resolve(newId);
        this.#session.changed('runs');
        return new Promise((begin, giveUp) => {
          const train = (signal: AbortSignal): Promise<void> => {
            turn = signal;
            signal.addEventListener('abort', () => making.abort(), { once: true });
            begin();
            return finished.promise;
          };
          const leave = (): void => giveUp(new KindredError('job.cancelled', 'The run has left the queue.'));
          this.#enqueue({ runId: newId, train, leave });
        });
      },
    };
    void this.#follow(makeAndTrain(ports, listener, making.signal), (error) => {
      if (turn === null) made.reject(error);
    }).finally(() => {
      preparing.end();
      this.#makings.delete(making);
      finished.resolve();
    });
    return made.promise;
  }

  /** One that is coming to rest goes on after it. @throws KindredError `run.active` when it trains or waits already. */
  resume(run: Run): void {
    const { runs } = this.#session.stores;
    const train = async (signal: AbortSignal): Promise<void> => {
      runs.update(run.id, { status: 'queued' });
      this.#session.changed('runs');
      const ports = await runPorts(this.#session.wiring, this.#session.stores);
      const preparing = this.#preparing(() => this.#active?.stop.abort());
      const listener = { ...this.#listener(() => run.id), onCache: preparing.show };
      await untilReleased(ports.host, run.id, signal);
      await this.#follow(resumeRun(ports, run, listener, signal), () => {
        // It never began.
        if (runs.find(run.id)?.status === 'queued') runs.update(run.id, { status: run.status });
      }).finally(preparing.end);
    };
    const isComingToRest = this.activeId === run.id;
    this.#enqueue({ runId: run.id, train, leave: () => {} });
    if (!isComingToRest) runs.update(run.id, { status: 'queued' });
    this.#session.changed('runs');
  }

  /** One that waits for its turn leaves the queue. @throws KindredError `run.idle` when it does neither. */
  pause(id: RunId): void {
    if (this.#active?.runId === id) this.#active.stop.abort();
    else if (this.leave(id)) {
      this.#session.stores.runs.update(id, { status: 'paused' });
      this.#session.changed('runs');
    } else throw new KindredError('run.idle', 'This run is not being trained, so there is nothing to pause.', { id });
  }

  /** Takes a run out of the queue; false where it does not wait in it. */
  leave(id: RunId): boolean {
    const place = this.#waiting.findIndex(({ runId }) => runId === id);
    if (place < 0) return false;
    const [left] = this.#waiting.splice(place, 1);
    left!.leave();
    return true;
  }

  /** Stop and keep. @throws KindredError `checkpoint.missing` when there is no trained encoder yet. */
  keep(run: Run): void {
    if (this.activeId === run.id) {
      this.#keeping.add(run.id);
      this.pause(run.id);
    } else this.#keepAtRest(run);
  }

  #keepAtRest(run: Run): void {
    const { runs } = this.#session.stores;
    keepRun(runs, runHost(this.#session.wiring), run);
    this.leave(run.id);
    this.#session.changed('runs', 'encoder');
    this.#session.embeddings.look(run.id);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#waiting.length = 0;
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
    this.#session.measurements.stop();
    const stop = new AbortController();
    const ended = item
      .train(stop.signal)
      .catch((error: unknown) => this.#tellFailure(error))
      .finally(() => {
        this.#active = null;
        this.#session.changed('runs', 'encoder');
        this.#next();
        if (!this.isBusy && !this.#isClosing) this.#session.embeddings.goOn();
      });
    this.#active = { stop, ended, runId: item.runId };
  }

  /** Waits for a session of training: a finished run's encoder looks at its dataset, a failure is told. */
  async #follow(training: Promise<RunResult>, onError: (error: unknown) => void): Promise<void> {
    try {
      const { id, outcome } = await training;
      const run = this.#session.stores.runs.find(id);
      if (this.#keeping.delete(id) && outcome.status === 'paused' && run !== null) this.#keepAtRest(run);
      if (outcome.status === 'finished') this.#session.embeddings.look(id);
    } catch (error) {
      onError(error);
      this.#tellFailure(error);
    }
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

  /** Shows, as a job, how images are decoded for a run, from when there are some to decode. */
  #preparing(stop: () => void): { show: (progress: CacheProgress) => void; end: () => void } {
    const over = Promise.withResolvers<null>();
    let report: JobWork['report'] | null = null;
    const begin = (tools: JobWork): Promise<null> => {
      report = tools.report;
      tools.signal.addEventListener('abort', stop, { once: true });
      return over.promise;
    };
    return {
      show: ({ done, total }) => {
        if (report === null && done < total) this.#session.jobs.start('prepare', 'Preparing images to train on', begin);
        report?.(
          total === 0 ? null : done / total,
          `${done.toLocaleString('en')} of ${total.toLocaleString('en')} images`,
        );
      },
      end: () => over.resolve(null),
    };
  }

  /** What somebody stopped is no failure. */
  #tellFailure(error: unknown): void {
    if (this.#isClosing || (isKindredError(error) && STOPPED.has(error.code))) return;
    this.#session.jobs.start('embed', 'Training', () => Promise.reject(new Error(messageOf(error))));
  }
}
