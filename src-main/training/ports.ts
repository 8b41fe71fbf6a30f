/**
 * What the training loop needs from the outside. The loop knows batches, steps and time; it does not know TensorFlow,
 * files or databases. Each port has an in-memory implementation for tests.
 */

/** A named array of a run's state (weights, statistics, optimizer slots). Values are row-major. */
export interface StateArray {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly values: Float32Array | Int32Array;
}

/**
 * The complete state of a step by name, in a fixed order. Names are paths that say whose they are:
 * `encoder/…`, `head/…` (weights and statistics), `optimizer/<slot>/encoder/…`.
 */
export type StateArrays = ReadonlyMap<string, StateArray>;

/** What one step reports. Scalars by name, `loss` always among them. */
export type StepOutputs = Readonly<Record<string, number>>;

/**
 * One batch, ready for the device. Among its inputs is the canvas, uint8 [slots, 3, C, C] with each view's crop box in
 * the corner of its slot, and every number the views need (`simclr/objectives/step-inputs.ts` names them all).
 */
export interface StepBatch {
  readonly step: number;
  readonly learningRate: number;
  readonly inputs: ReadonlyMap<string, StepInput>;
  /** For a batch computed in chunks, whose views are not among `inputs`; absent otherwise. */
  readonly chunks?: BatchChunks;
  /** Gives the buffers back to the source; called once, when the step no longer reads them. */
  readonly release: () => void;
}

/** The views of a batch, a chunk at a time. */
export interface BatchChunks {
  readonly count: number;
  /** Rejects when the source has failed. Asking in order (all chunks of pass 0, then of pass 1) finds them ready. */
  readonly read: (pass: number, chunk: number) => Promise<BatchChunk>;
  /** How long the caller was kept waiting for chunks so far. */
  readonly waitedMs: () => number;
}

export interface BatchChunk {
  /** Rows of the whole batch (0 … 2N − 1) that the rows of this chunk are, ascending. */
  readonly views: Uint32Array;
  readonly inputs: ReadonlyMap<string, StepInput>;
  /** As a batch's own. */
  readonly release: () => void;
}

export interface StepInput {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** Runs the step and holds its state on a device. Not re-entrant: one call at a time. */
export interface StepRunner {
  readonly description: {
    readonly device: string;
    readonly precision: 'float32' | 'bfloat16';
    readonly compiled: boolean;
  };
  /** Runs one update. State changes only when it succeeds. */
  readonly step: (batch: StepBatch) => Promise<StepOutputs>;
  /**
   * h (or z) of what is on a canvas, by the network as it is in inference: row-major float32 [rows, D], as many rows as
   * the look draws.
   *
   * @param look how the canvas is looked at: one of those the runner knows. @param inputs what that look asks for.
   */
  readonly embed: (look: string, inputs: ReadonlyMap<string, StepInput>, output: 'h' | 'z') => Promise<Float32Array>;
  readonly readState: () => Promise<StateArrays>;
  readonly writeState: (state: StateArrays) => Promise<void>;
  readonly dispose: () => void;
}

/** Gives the batches of a run in order; may prepare ahead. */
export interface BatchSource {
  /** Number of steps in an epoch: ⌊images / batchSize⌋. */
  readonly stepsPerEpoch: number;
  /** The batch of a step; `waitedMs` is how long the caller was kept waiting. */
  readonly batch: (step: number) => Promise<{ readonly batch: StepBatch; readonly waitedMs: number }>;
  readonly close: () => Promise<void>;
}

export interface CheckpointMeta {
  readonly step: number;
  readonly epoch: number;
  /** Time spent training up to this step, all sessions together. */
  readonly elapsedMs: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Checkpoint {
  readonly meta: CheckpointMeta;
  readonly state: StateArrays;
}

export type CheckpointMark = 'best' | 'final' | 'pinned';

/** Keeps checkpoints: complete or not at all, newest first. */
export interface CheckpointStore {
  /**
   * Resolves once the checkpoint is on disk for good. A `best` takes the mark from the one before.
   * @throws KindredError `disk.full`; the older ones are then intact.
   */
  readonly write: (checkpoint: Checkpoint, marks: readonly CheckpointMark[]) => Promise<{ readonly sizeBytes: number }>;
  /** The newest complete checkpoint, or null when there is none. */
  readonly readNewest: () => Promise<Checkpoint | null>;
  readonly list: () => Promise<readonly CheckpointMeta[]>;
}

/** Judges the encoder as it is; the loop knows nothing of how. */
export interface HeadlineEvaluation {
  readonly judge: (embed: StepRunner['embed']) => Promise<Judgement>;
}

/** The number, and what the same vectors show of a few images that stay the same for the whole run. */
export interface Judgement extends Headline {
  readonly pinned?: readonly PinnedImage[];
}

/** An image and those nearest to it, best first; cosine similarities in [−1, 1]. */
export interface PinnedImage {
  readonly contentHash: string;
  readonly nearest: readonly { readonly contentHash: string; readonly similarity: number }[];
}

/** `top1` and `chance` are shares in [0, 1]; `n` images were judged. */
export interface Headline {
  readonly protocol: 'knn' | 'retrieval';
  readonly top1: number;
  readonly chance: number;
  readonly k: number | null;
  readonly n: number;
}

/** How the outside reaches a running loop. */
export interface LoopControl {
  readonly isPauseRequested: () => boolean;
  /** Lets messages in; resolves when the loop may go on. */
  readonly breathe: () => Promise<void>;
}

/** Takes what the loop measures. Must not throw and must not hold the loop up. */
export interface MetricSink {
  readonly record: (event: TrainingEvent) => void;
}

export type TrainingEvent =
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly epoch: number;
      readonly totalSteps: number;
      readonly loss: number;
      readonly noSignalLoss: number;
      readonly learningRate: number;
      readonly viewsPerSecond: number;
      readonly waitingShare: number;
      readonly elapsedMs: number;
      readonly remainingMs: number;
      /** Contrastive accuracy, std of normalised embeddings, alignment, uniformity …, those measured at this step. */
      readonly measures: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'checkpointed'; readonly step: number; readonly sizeBytes: number; readonly durationMs: number }
  /** Comes before the evaluation whose vectors it was found with. */
  | { readonly kind: 'neighbours'; readonly step: number; readonly pinned: readonly PinnedImage[] }
  | ({ readonly kind: 'evaluated'; readonly step: number } & Headline)
  /** Something is off; said in words, with what to do. */
  | { readonly kind: 'advice'; readonly step: number; readonly code: string; readonly message: string };
