/** Runs of the studio: one trains, the others wait their turn; what happens is told to every face. */
import { embedImages } from '#application/embed-images.ts';
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
import { KindredError, messageOf } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { PinnedAtStep, RunPoint, RunSummary } from '#contract/studio/runs.ts';
import { embedPorts } from '../cli/judging-ports.ts';
import { runHost, runPorts } from '../cli/run-ports.ts';
import { untilReleased } from './orphaned-runs.ts';
import { pinnedAtSteps } from './pinned-at-steps.ts';
import type { StudioSession } from './studio-session.ts';

interface Waiting {
  readonly runId: RunId;
  readonly train: (signal: AbortSignal) => Promise<void>;
}

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
    const listener = {
      ...this.#listener(() => id),
      onMade: (newId: RunId): Promise<void> => {
        id = newId;
        made.resolve(newId);
        this.#session.changed('runs');
        return new Promise((begin) => {
          const train = (signal: AbortSignal): Promise<void> => {
            turn = signal;
            signal.addEventListener('abort', () => making.abort(), { once: true });
            begin();
            return finished.promise;
          };
          this.#enqueue({ runId: newId, train });
        });
      },
    };
    void this.#follow(makeAndTrain(ports, listener, making.signal), (error) => {
      if (turn === null) made.reject(error);
    }).finally(() => {
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
      const listener = this.#listener(() => run.id);
      await untilReleased(ports.host, run.id, signal);
      await this.#follow(resumeRun(ports, run, listener, signal), () => {
        // It never began.
        if (runs.find(run.id)?.status === 'queued') runs.update(run.id, { status: run.status });
      });
    };
    const isComingToRest = this.activeId === run.id;
    this.#enqueue({ runId: run.id, train });
    if (!isComingToRest) runs.update(run.id, { status: 'queued' });
    this.#session.changed('runs');
  }

  /** One that waits for its turn leaves the queue. @throws KindredError `run.idle` when it does neither. */
  pause(id: RunId): void {
    const place = this.#waiting.findIndex(({ runId }) => runId === id);
    if (this.#active?.runId === id) this.#active.stop.abort();
    else if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#session.stores.runs.update(id, { status: 'paused' });
      this.#session.changed('runs');
    } else throw new KindredError('run.idle', 'This run is not being trained, so there is nothing to pause.', { id });
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
    const place = this.#waiting.findIndex(({ runId }) => runId === run.id);
    if (place >= 0) this.#waiting.splice(place, 1);
    this.#session.changed('runs', 'encoder');
    this.embed(run.id);
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
    const ended = item.train(stop.signal).finally(() => {
      this.#active = null;
      this.#session.changed('runs', 'encoder');
      this.#next();
    });
    this.#active = { stop, ended, runId: item.runId };
  }

  /** Waits for a session of training: a finished run's encoder looks at its dataset, a failure is told. */
  async #follow(training: Promise<RunResult>, onError: (error: unknown) => void): Promise<void> {
    try {
      const { id, outcome } = await training;
      const run = this.#session.stores.runs.find(id);
      if (this.#keeping.delete(id) && outcome.status === 'paused' && run !== null) this.#keepAtRest(run);
      if (outcome.status === 'finished') this.embed(id);
    } catch (error) {
      onError(error);
      if (!this.#isClosing) this.#tellFailure(error);
    }
  }

  /** Encodes the run's dataset in the background, so that searches are answered by content. */
  embed(id: RunId): void {
    const run = this.#session.stores.runs.find(id);
    if (run === null) return;
    this.#session.jobs.start('embed', `Looking at all images with “${run.name}”`, async ({ signal, report }) => {
      const images = this.#session.stores.files.images(run.datasetId);
      const ports = await embedPorts(this.#session.wiring);
      const { embedded } = await embedImages(
        ports,
        run,
        images,
        { output: 'h' },
        ({ done, total }) => report(total === 0 ? null : done / total, `${done} of ${total} images`),
        signal,
      );
      this.#session.changed('encoder', 'files');
      return embedded === 0 ? null : `Searches are now answered by “${run.name}”.`;
    });
  }

  #listener(id: () => RunId | null) {
    const advice: string[] = [];
    return {
      onCache: () => undefined,
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

  #tellFailure(error: unknown): void {
    this.#session.jobs.start('embed', 'Training', () => Promise.reject(new Error(messageOf(error))));
  }

  /** Points and headline numbers recorded so far. */
  record(id: RunId): RunRecord {
    const events = runHost(this.#session.wiring).readEvents(id);
    const points = events.flatMap((event) => (event.kind === 'progress' ? [pointOf(event)] : []));
    const headlines = events.flatMap((event) => {
      if (event.kind !== 'evaluated') return [];
      const { kind: _, ...headline } = event;
      return [headline];
    });
    const neighbours = pinnedAtSteps(events, this.#session.stores.images);
    const advice = events.flatMap((event) => (event.kind === 'advice' ? [event.message] : []));
    return { points: thinned(points), headlines, neighbours, advice: advice.slice(-1), start: startOf(events) };
  }
}

/** As `run.points` answers. */
interface RunRecord {
  readonly points: RunPoint[];
  readonly headlines: NonNullable<RunSummary['headline']>[];
  readonly neighbours: PinnedAtStep[];
  readonly advice: string[];
  readonly start: RunStart | null;
}

interface RunStart {
  readonly device: string;
  readonly precision: 'float32' | 'bfloat16';
  readonly isCompiled: boolean;
  readonly memoryBytes: number;
}

function startOf(events: readonly RunEvent[]): RunStart | null {
  const started = events.findLast((event) => event.kind === 'started');
  if (started === undefined) return null;
  const { device, precision, compiled, memoryBytes } = started;
  return { device, precision, isCompiled: compiled, memoryBytes };
}

/** More points than a chart has pixels only cost time; the last one always stays. */
const MOST_POINTS = 2000;

function thinned(points: readonly RunPoint[]): RunPoint[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

function pointOf(event: Extract<RunEvent, { kind: 'progress' }>): RunPoint {
  const { step, epoch, loss, noSignalLoss, learningRate, viewsPerSecond, waitingShare, remainingMs, measures } = event;
  return {
    step,
    epoch,
    loss,
    noSignalLoss,
    learningRate,
    viewsPerSecond,
    waitingShare,
    remainingMs,
    measures: { ...measures },
  };
}
