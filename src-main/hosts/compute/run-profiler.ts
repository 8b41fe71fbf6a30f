/**
 * Says where a session of training spends its time, by watching from outside: the loop's ports, and the calls of
 * TensorFlow's binding. Nothing of the work changes; a run that is not profiled has none of this.
 *
 * After a few steps to warm up, plain and traced steps take turns. A traced step has TensorFlow's timeline of its
 * operations, and is a little slower; what a step's parts take is measured on the plain ones.
 */
import type { RunProfile, StepParts } from '#application/ports/run-profile.ts';
import type { NativeBackend, NativeBinding } from '#tensorflow/native-backend.ts';
import { OperationTable } from '#tensorflow/profile/operation-table.ts';
import { operationTimes, type OperationTime } from '#tensorflow/profile/run-trace.ts';
import { takeTrace, traceNextRun } from '#tensorflow/profile/trace-session.ts';
import { type BindingWatch, watchedBinding } from '#tensorflow/profile/watched-binding.ts';
import type { StepBatch, StepOutputs, StepRunner } from '#training/ports.ts';
import { TimeBook } from '#training/time-book.ts';
import type { LoopParts } from '#training/training-loop.ts';

export const WARM_UP_STEPS = 3;
export const TRACED_STEPS = 10;

type StepActivity = keyof StepParts;
type Activity = keyof RunProfile['wall'];

const STEP_ACTIVITIES: readonly StepActivity[] = ['session', 'feeding', 'reading', 'waiting', 'rest'];

/** Sums over steps of one sort. */
interface StepSums {
  steps: number;
  processorMs: number;
  readonly spentMs: Map<Activity, number>;
}

export class RunProfiler {
  readonly #backend: NativeBackend;
  /** The one that is watched. */
  readonly #binding: NativeBinding;
  readonly #threads: number;
  readonly #onTraced: (profile: RunProfile) => void;
  #book: TimeBook<Activity> | null = null;
  #step = 0;
  #made = 0;
  /** What the traced step under way gave; null while none is. */
  #traces: (Uint8Array | OperationTime[])[] | null = null;
  #began: { spentMs: ReadonlyMap<Activity, number>; processorMs: number } | null = null;
  readonly #plain: StepSums = newSums();
  readonly #traced: StepSums = newSums();
  readonly #table = new OperationTable();

  /**
   * From here on the backend's calls pass through it: before the session is made that they shall be watched of.
   *
   * @param onTraced told once, when all steps that are traced have been.
   */
  constructor(backend: NativeBackend, threads: number, onTraced: (profile: RunProfile) => void) {
    this.#backend = backend;
    this.#binding = backend.binding;
    this.#threads = threads;
    this.#onTraced = onTraced;
    backend.binding = watchedBinding(backend.binding, this.#watch);
  }

  detach(): void {
    this.#backend.binding = this.#binding;
  }

  /** The same parts, watched; time is counted from now. */
  watched(parts: LoopParts, step: number): LoopParts {
    const { batches, runner, checkpoints, evaluation, clock } = parts;
    const book = new TimeBook<Activity>(clock, 'loop');
    this.#book = book;
    this.#step = step;
    return {
      ...parts,
      batches: {
        stepsPerEpoch: batches.stepsPerEpoch,
        batch: (asked) => {
          this.#began = { spentMs: book.spentMs(), processorMs: processorMs() };
          return book.during('waiting', () => batches.batch(asked));
        },
        close: () => batches.close(),
      },
      runner: {
        description: runner.description,
        step: (batch) => this.#makeStep(book, runner, batch),
        embed: (...asked) => runner.embed(...asked),
        readState: () => book.during('checkpoints', () => runner.readState()),
        writeState: (state) => runner.writeState(state),
        dispose: () => runner.dispose(),
      },
      checkpoints: {
        readNewest: () => checkpoints.readNewest(),
        list: () => checkpoints.list(),
        write: async (...asked) => {
          // It is written beside the steps: what nothing else takes until it is done was spent waiting for it.
          book.otherwise = 'checkpoints';
          try {
            return await checkpoints.write(...asked);
          } finally {
            book.otherwise = 'loop';
          }
        },
      },
      evaluation:
        evaluation === null ? null : { judge: (embed) => book.during('judging', () => evaluation.judge(embed)) },
    };
  }

  /** As far as it is known. */
  profile(): RunProfile {
    const wall = this.#book?.spentMs() ?? new Map<Activity, number>();
    const of = (activity: Activity): number => wall.get(activity) ?? 0;
    const [plain, traced] = [this.#plain, this.#traced];
    return {
      step: this.#step,
      threads: this.#threads,
      plain: plain.steps === 0 ? null : { ...meanStep(plain), processorMs: plain.processorMs / plain.steps },
      traced: this.#table.steps === 0 ? null : { ...this.#operations(), ...meanTraced(traced) },
      wall: {
        ...partsOf(wall, 1),
        judging: of('judging'),
        checkpoints: of('checkpoints'),
        profiling: of('profiling'),
        loop: of('loop'),
      },
    };
  }

  #operations() {
    const table = this.#table;
    return { operationsMs: table.ms, operationsWallMs: table.wallMs, operations: table.rows() };
  }

  async #makeStep(book: TimeBook<Activity>, runner: StepRunner, batch: StepBatch): Promise<StepOutputs> {
    const place = this.#made - WARM_UP_STEPS;
    const isMeasured = place >= 0 && place < 2 * TRACED_STEPS;
    this.#made += 1;
    this.#traces = isMeasured && place % 2 === 1 ? [] : null;
    const outputs = await book.during('rest', () => runner.step(watchedChunks(book, batch)));
    this.#step = batch.step + 1;
    if (isMeasured) book.duringCall('profiling', () => this.#measured(book));
    if (place === 2 * TRACED_STEPS - 1) this.#onTraced(this.profile());
    return outputs;
  }

  #measured(book: TimeBook<Activity>): void {
    const sums = this.#traces === null ? this.#plain : this.#traced;
    const { spentMs, processorMs: before } = this.#began!;
    sums.steps += 1;
    sums.processorMs += processorMs() - before;
    const now = book.spentMs();
    for (const activity of STEP_ACTIVITIES) {
      const tookMs = (now.get(activity) ?? 0) - (spentMs.get(activity) ?? 0);
      sums.spentMs.set(activity, (sums.spentMs.get(activity) ?? 0) + tookMs);
    }
    if (this.#traces === null || this.#traces.length === 0) return;
    this.#table.addStep(this.#traces.map((trace) => (trace instanceof Uint8Array ? operationTimes(trace) : trace)));
    this.#traces = null;
  }

  /** Calls within a step are told apart; those within judging or a checkpoint belong to it. */
  readonly #watch: BindingWatch = {
    around: (part, call) => {
      const book = this.#bookOfStep();
      return book === null ? call() : book.duringCall(part, call);
    },
    aroundRun: (call) => {
      const [book, traces] = [this.#bookOfStep(), this.#traces];
      if (book === null) return call();
      const isTraced = traces !== null && book.duringCall('profiling', () => traceNextRun(this.#binding));
      const result = book.duringCall('session', call);
      if (isTraced) book.duringCall('profiling', () => traces.push(takeTrace(this.#binding)));
      return result;
    },
    aroundOperation: (op, call) => {
      const [book, traces] = [this.#bookOfStep(), this.#traces];
      if (book === null) return call();
      return book.duringCall('session', () => {
        const startUs = 1000 * performance.now();
        const result = call();
        const endUs = 1000 * performance.now();
        if (traces !== null && !this.#binding.isUsingGpuDevice()) traces.push([{ op, startUs, endUs }]);
        return result;
      });
    },
  };

  #bookOfStep(): TimeBook<Activity> | null {
    return this.#book?.current === 'rest' ? this.#book : null;
  }
}

/** A batch in chunks is waited for within its step. */
function watchedChunks(book: TimeBook<Activity>, batch: StepBatch): StepBatch {
  const { chunks } = batch;
  if (chunks === undefined) return batch;
  const read: typeof chunks.read = (...asked) => book.during('waiting', () => chunks.read(...asked));
  return { ...batch, chunks: { ...chunks, read } };
}

function newSums(): StepSums {
  return { steps: 0, processorMs: 0, spentMs: new Map() };
}

function partsOf(spentMs: ReadonlyMap<Activity, number>, steps: number): StepParts {
  const of = (activity: StepActivity): number => (spentMs.get(activity) ?? 0) / steps;
  return {
    session: of('session'),
    feeding: of('feeding'),
    reading: of('reading'),
    waiting: of('waiting'),
    rest: of('rest'),
  };
}

function meanStep({ steps, spentMs }: StepSums) {
  const parts = partsOf(spentMs, steps);
  return { steps, ms: Object.values(parts).reduce((sum, ms) => sum + ms, 0), parts };
}

function meanTraced(sums: StepSums) {
  const { steps, ms, parts } = meanStep(sums);
  return { steps, ms, sessionMs: parts.session };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
