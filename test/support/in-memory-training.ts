/** The training loop's ports in memory: a clock that is moved by hand, a runner of one number, stores that are arrays. */
import type { Clock } from '#base/clock.ts';
import type {
  BatchSource,
  Checkpoint,
  CheckpointMark,
  CheckpointStore,
  Headline,
  HeadlineEvaluation,
  LoopControl,
  MetricSink,
  StateArrays,
  StepRunner,
  TrainingEvent,
} from '#training/ports.ts';

export class HandClock implements Clock {
  #nowMs = 1000;
  readonly wallMs = () => this.#nowMs;
  readonly monotonicMs = () => this.#nowMs;
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

export function stateOf(value: number): StateArrays {
  return new Map([
    ['encoder/weight', { shape: [2], dtype: 'float32', values: Float32Array.of(value, value / 2) }],
    ['optimizer/momentum/encoder/weight', { shape: [2], dtype: 'float32', values: Float32Array.of(value, -value) }],
  ]);
}

/** Its state is the sum of the learning rates it was given; its loss says so. */
export class SummingRunner implements StepRunner {
  readonly description = { device: 'memory', precision: 'float32', compiled: false } as const;
  value = 0;
  readonly #clock: HandClock;
  readonly #stepMs: number;
  /** Overrides the loss of a step, by number of updates made before it. */
  readonly losses = new Map<number, number>();

  constructor(clock: HandClock, stepMs: number) {
    this.#clock = clock;
    this.#stepMs = stepMs;
  }

  readonly step: StepRunner['step'] = async (batch) => {
    this.#clock.advance(this.#stepMs);
    const loss = this.losses.get(batch.step) ?? 5 / (1 + this.value);
    this.value = Math.fround(this.value + batch.learningRate);
    return { loss, projectionStd: 0.08 };
  };
  readonly embed: StepRunner['embed'] = async () => new Float32Array(1);
  readonly readState = async () => stateOf(this.value);
  readonly writeState = async (state: StateArrays) => {
    this.value = state.get('encoder/weight')?.values[0] ?? Number.NaN;
  };
  readonly dispose = () => {};
}

export class CountedBatches implements BatchSource {
  readonly stepsPerEpoch: number;
  readonly waitedMs: number;
  asked: number[] = [];
  released = 0;

  constructor(stepsPerEpoch: number, waitedMs = 0) {
    this.stepsPerEpoch = stepsPerEpoch;
    this.waitedMs = waitedMs;
  }

  readonly batch: BatchSource['batch'] = async (step) => {
    this.asked.push(step);
    const release = () => {
      this.released += 1;
    };
    return {
      batch: { step, learningRate: 0.01 * (1 + (step % 7)), inputs: new Map(), release },
      waitedMs: this.waitedMs,
    };
  };
  readonly close = async () => {};
}

export class ArrayCheckpoints implements CheckpointStore {
  readonly written: { checkpoint: Checkpoint; marks: readonly CheckpointMark[] }[] = [];
  /** Thrown by the writes from this step on. */
  failFrom: { step: number; error: Error } | null = null;
  /** Set to hold writes up until it resolves. */
  gate: Promise<void> = Promise.resolve();

  readonly write: CheckpointStore['write'] = async (checkpoint, marks) => {
    await this.gate;
    if (this.failFrom !== null && checkpoint.meta.step >= this.failFrom.step) throw this.failFrom.error;
    this.written.push({ checkpoint, marks });
    return { sizeBytes: 32 };
  };
  readonly readNewest = async () => this.written.at(-1)?.checkpoint ?? null;
  readonly list = async () => this.written.map(({ checkpoint }) => checkpoint.meta).reverse();
  get steps(): number[] {
    return this.written.map(({ checkpoint }) => checkpoint.meta.step);
  }
}

export class EventList implements MetricSink {
  readonly events: TrainingEvent[] = [];
  readonly record = (event: TrainingEvent) => {
    this.events.push(event);
  };
  of<K extends TrainingEvent['kind']>(kind: K): Extract<TrainingEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<TrainingEvent, { kind: K }> => event.kind === kind);
  }
}

/** Takes a fixed time; its accuracies are given. */
export class TimedEvaluation implements HeadlineEvaluation {
  readonly #clock: HandClock;
  readonly #ms: number;
  readonly #accuracies: number[];

  constructor(clock: HandClock, ms: number, accuracies: readonly number[] = []) {
    this.#clock = clock;
    this.#ms = ms;
    this.#accuracies = [...accuracies];
  }

  readonly judge = async (): Promise<Headline> => {
    this.#clock.advance(this.#ms);
    return { protocol: 'knn', top1: this.#accuracies.shift() ?? 0.1, chance: 0.1, k: 20, n: 50 };
  };
}

/** Asks for a pause once so many steps were let through. */
export function pauseAfter(steps: number): LoopControl {
  let breaths = 0;
  return {
    isPauseRequested: () => breaths >= steps,
    breathe: async () => {
      breaths += 1;
    },
  };
}
