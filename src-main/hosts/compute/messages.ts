/** What the processes and threads of the compute host say to each other. All of it survives a structured clone. */
import type {
  ChosenRecipe,
  MeasuredRun,
  RecipeQuestion,
  RunEvent,
  RunOutcome,
  RunPlan,
} from '#application/ports/runs.ts';
import type { RunProfile } from '#application/ports/run-profile.ts';
import type { EmbedRequest, EmbedResult } from '#application/ports/embedder.ts';
import type { PlanarPixels } from '#simclr/views/canvas.ts';
import type { ViewsOfRun } from '#simclr/views/view-plan.ts';
import type { Checkpoint, CheckpointMark, StateArrays, TrainingEvent } from '#training/ports.ts';
import type { ResolvedRun } from './run-folder.ts';

/** An error on its way between processes: enough to make it again. */
export interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Views to draw for somebody who looks at them; pixels planar uint8 [3, height, width], as in the pixel cache. */
export interface DrawRequest {
  readonly id: number;
  readonly run: ViewsOfRun;
  readonly seed: number;
  readonly cacheSide: number;
  readonly images: readonly PlanarPixels[];
}

/** The answer: uint8 [2N, side, side, 3], and each view's box (top, left, height, width) in pixels of its image. */
export interface DrawnViews {
  readonly id: number;
  readonly pixels: Uint8Array;
  readonly boxes: Int32Array;
}

/** Side and width are open: choose them by measuring. */
export type ChooseRequest = RecipeQuestion;

/** Nothing is open: measure what it takes. */
export type MeasureRequest = Pick<RecipeQuestion, 'config' | 'threads'>;

/** Engine or command line → compute process. One job for a process's life; drawing goes on until it is told to stop. */
export type ToCompute =
  | { readonly kind: 'train'; readonly runFolder: string; readonly isProfiled: boolean }
  | { readonly kind: 'embed'; readonly runsFolder: string; readonly request: EmbedRequest }
  | { readonly kind: 'draw'; readonly request: DrawRequest }
  | { readonly kind: 'choose'; readonly request: ChooseRequest }
  | { readonly kind: 'measure'; readonly request: MeasureRequest }
  /** Checkpoint (or finish the batch) and end. */
  | { readonly kind: 'stop' }
  /** The batch of vectors was stored; send the next. */
  | { readonly kind: 'stored' };

/** Compute process → engine or command line. */
export type FromCompute =
  | { readonly kind: 'event'; readonly event: RunEvent }
  | { readonly kind: 'ended'; readonly outcome: RunOutcome }
  | { readonly kind: 'vectors'; readonly first: number; readonly values: Float32Array; readonly dimensions: number }
  | { readonly kind: 'embedded'; readonly result: EmbedResult }
  | { readonly kind: 'drawn'; readonly drawn: DrawnViews }
  | { readonly kind: 'recipeChosen'; readonly chosen: ChosenRecipe }
  | { readonly kind: 'measured'; readonly measured: MeasuredRun }
  | { readonly kind: 'notDrawn'; readonly id: number; readonly error: ErrorFacts }
  | { readonly kind: 'error'; readonly error: ErrorFacts };

/** What the training thread is started with. */
export interface TrainingThreadData {
  readonly job: TrainJob | EmbedJob;
  /** One word of shared memory; not 0: end at the next step or batch. */
  readonly stopFlag: Int32Array;
}

export interface TrainJob {
  readonly kind: 'train';
  readonly plan: RunPlan;
  readonly runFolder: string;
  /** null before the first step-0 checkpoint. */
  readonly resolved: ResolvedRun | null;
  readonly checkpoint: Checkpoint | null;
  /** What a new run starts from; null: drawn by its seed. */
  readonly initial: StateArrays | null;
  /** Says where the time goes. */
  readonly isProfiled: boolean;
}

export interface EmbedJob {
  readonly kind: 'embed';
  readonly plan: RunPlan;
  readonly runFolder: string;
  readonly request: EmbedRequest;
  readonly checkpoint: Checkpoint;
  /** The run's own. */
  readonly precision: 'float32' | 'bfloat16';
}

/** Training thread → main thread of the compute process. */
export type FromTraining =
  | { readonly kind: 'resolved'; readonly resolved: ResolvedRun; readonly started: StartedFacts }
  | { readonly kind: 'event'; readonly event: TrainingEvent }
  | { readonly kind: 'log'; readonly level: 'info' | 'warning'; readonly message: string }
  | { readonly kind: 'profiled'; readonly profile: RunProfile; readonly isFinal: boolean }
  | {
      readonly kind: 'checkpoint';
      readonly id: number;
      readonly checkpoint: Checkpoint;
      readonly marks: readonly CheckpointMark[];
    }
  | { readonly kind: 'vectors'; readonly first: number; readonly values: Float32Array; readonly dimensions: number }
  | { readonly kind: 'done'; readonly result: TrainingResult }
  | { readonly kind: 'failed'; readonly error: ErrorFacts };

export type StartedFacts = Omit<Extract<RunEvent, { kind: 'started' }>, 'kind'>;

export type TrainingResult =
  | {
      readonly kind: 'train';
      readonly status: 'finished' | 'paused';
      readonly step: number;
      readonly elapsedMs: number;
      readonly viewsPerSecond: number;
      readonly waitingShare: number;
    }
  | { readonly kind: 'embed'; readonly result: EmbedResult };

/** Main thread of the compute process → training thread. */
export type ToTraining =
  | { readonly kind: 'written'; readonly id: number; readonly sizeBytes: number }
  | { readonly kind: 'notWritten'; readonly id: number; readonly error: ErrorFacts }
  | { readonly kind: 'stored' };
