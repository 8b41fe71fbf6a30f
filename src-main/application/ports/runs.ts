/**
 * What the run use cases need: where runs are remembered, and the process that trains them.
 * `RunStore` is implemented by `database/`, `RunHost` by `hosts/compute/client.ts`.
 */
import type { TrainingConfig } from '#contract/training-config.ts';
import type { DatasetId, RunId } from '#base/ids.ts';
import type { RunProfile } from './run-profile.ts';

export type { TrainingConfig } from '#contract/training-config.ts';

/** See training/run-state.ts for who may change which into which. */
export type RunStatus = 'queued' | 'running' | 'pausing' | 'paused' | 'finished' | 'failed';

/** The newest headline number of a run: kNN with labels, instance retrieval without. */
export interface RunHeadline {
  readonly protocol: 'knn' | 'retrieval';
  readonly step: number;
  /** Share in [0, 1]; `chance` is what guessing gives. */
  readonly top1: number;
  readonly chance: number;
  readonly k: number | null;
  readonly n: number;
}

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly step: number | null;
}

/** A run as the library remembers it. Its folder `runs/<id>/` holds the truth about steps and checkpoints. */
export interface Run {
  readonly id: RunId;
  readonly name: string;
  readonly datasetId: DatasetId;
  readonly status: RunStatus;
  readonly config: TrainingConfig;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** Step of the newest checkpoint (or of the newest progress report while running). */
  readonly step: number;
  /** Known once the run has begun. */
  readonly totalSteps: number | null;
  /** Time spent training, all sessions together. */
  readonly elapsedMs: number;
  readonly loss: number | null;
  readonly headline: RunHeadline | null;
  readonly failure: RunFailure | null;
  /** The last step it was heard of when its process ended without a word, for as long as that is to be told. */
  readonly interruptedStep: number | null;
}

/** What may change after a run is made. */
export type RunChange = Partial<
  Pick<
    Run,
    | 'name'
    | 'status'
    | 'config'
    | 'startedMs'
    | 'endedMs'
    | 'step'
    | 'totalSteps'
    | 'elapsedMs'
    | 'loss'
    | 'headline'
    | 'failure'
    | 'interruptedStep'
  >
>;

export interface RunStore {
  readonly insert: (run: Run) => void;
  /** @throws KindredError `run.missing`. */
  readonly update: (id: RunId, change: RunChange) => void;
  readonly find: (id: RunId) => Run | null;
  /** Newest first. */
  readonly list: () => readonly Run[];
  readonly remove: (id: RunId) => void;
}

/** One image of a run's frozen list. */
export interface PlannedImage {
  /** SHA-256 of the file's bytes; the key into the pixel cache. */
  readonly contentHash: string;
  /** The folder label, or null. */
  readonly label: string | null;
}

/**
 * All that a run is, fixed before step 0 and kept as `runs/<id>/run.json`. A resumed run reads it and nothing else,
 * so later imports, new defaults and other versions cannot change what the run does.
 */
export interface RunPlan {
  readonly formatVersion: 1;
  readonly runId: RunId;
  readonly name: string;
  readonly datasetId: DatasetId;
  /** As resolved; `precision` and `length` as asked for: what the probe made of them stands in `resolved`. */
  readonly config: TrainingConfig;
  /** Each image once, in the order that indices of this run refer to. */
  readonly images: readonly PlannedImage[];
  readonly judged: JudgedImages;
  /** Folder of the pixel cache that holds all of the images above. */
  readonly cacheFolder: string;
  readonly cacheSide: number;
  /** Threads TensorFlow may use; 0: its own choice. */
  readonly threads: number;
  /** null, or left out by an older version: the recipe was given. */
  readonly choice?: RecipeChoice | null;
  /** Set where a run trains another's encoder for longer: its state before step 0 is that checkpoint's. */
  readonly startsFrom?: { readonly runId: RunId; readonly step: number } | null;
  readonly versions: Readonly<Record<string, string>>;
}

/** What the headline number is measured on. Never the test split. */
export type JudgedImages =
  /** Bank and queries of kNN. `seenInTraining`: the queries are among the trained images (their labels never are). */
  | {
      readonly protocol: 'knn';
      readonly bank: readonly PlannedImage[];
      readonly queries: readonly PlannedImage[];
      readonly seenInTraining: boolean;
    }
  /** Images held out of training, two fixed views each. */
  | { readonly protocol: 'retrieval'; readonly images: readonly PlannedImage[] }
  /** Too few images to judge by. */
  | { readonly protocol: 'none' };

/** An image of a run and those nearest to it, best first, with cosine similarities. */
export interface PinnedNeighbours {
  readonly contentHash: string;
  readonly nearest: readonly { readonly contentHash: string; readonly similarity: number }[];
}

/** What a run reports while it lives; the same facts reach a terminal, a log file and the engine's event stream. */
export type RunEvent =
  | {
      readonly kind: 'started';
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly batchSize: number;
      readonly device: string;
      readonly precision: 'float32' | 'bfloat16';
      readonly compiled: boolean;
      /** Expected by the probe. */
      readonly remainingMs: number;
      readonly checkpointBytes: number;
      /** Memory of the compute process after the probe. */
      readonly memoryBytes: number;
      readonly freeDiskBytes: number;
      /** Things the user should know before it begins, in words. */
      readonly notes: readonly string[];
    }
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
      readonly measures: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'checkpointed'; readonly step: number; readonly sizeBytes: number; readonly durationMs: number }
  /** A few images and those nearest to them, by the encoder of that step; just before its evaluation. */
  | { readonly kind: 'neighbours'; readonly step: number; readonly pinned: readonly PinnedNeighbours[] }
  | ({ readonly kind: 'evaluated' } & RunHeadline)
  /** Something is off; in words, with what to do. */
  | { readonly kind: 'advice'; readonly step: number; readonly code: string; readonly message: string }
  /** Where the time goes: after the traced steps, if there are enough, and at the end of the session. */
  | ({ readonly kind: 'profiled'; readonly isFinal: boolean } & RunProfile)
  | { readonly kind: 'status'; readonly status: RunStatus; readonly step: number; readonly elapsedMs: number }
  | { readonly kind: 'log'; readonly level: 'info' | 'warning'; readonly message: string };

/** How a session of training ended. */
export type RunOutcome =
  | {
      readonly status: 'finished';
      readonly step: number;
      readonly elapsedMs: number;
      /** Mean over the session's steps. */
      readonly viewsPerSecond: number;
      /** Share of their time spent waiting for data, in [0, 1]. */
      readonly waitingShare: number;
    }
  | { readonly status: 'paused'; readonly step: number; readonly elapsedMs: number }
  | { readonly status: 'failed'; readonly failure: RunFailure };

/** A run that is being trained by this process's child. */
export interface RunSession {
  /** Checkpoints and ends; `ended` then tells `paused`. Calling it twice is harmless. */
  readonly pause: () => void;
  /** Never rejects: whatever ends the child becomes an outcome. */
  readonly ended: Promise<RunOutcome>;
}

/** What a run's folder says, whoever trained it last. */
export interface RunFolderState {
  /** True while some process holds the run's lock. */
  readonly isHeld: boolean;
  /** Step and time of the newest complete checkpoint, null when there is none. */
  readonly checkpoint: { readonly step: number; readonly elapsedMs: number } | null;
  readonly totalSteps: number | null;
}

/** What `auto` leaves open, and by what it is chosen. */
export interface RecipeQuestion {
  /** What the choice starts from. */
  readonly config: TrainingConfig;
  /** Median of the shorter sides of the data set's images, in pixels. */
  readonly medianShortSide: number;
  readonly imageCount: number;
  readonly minutes: number;
  /** 0: one for each core. */
  readonly threads: number;
}

/** The choice, and the speeds it was made by. */
export interface ChosenRecipe extends Pick<TrainingConfig, 'side' | 'views' | 'encoder' | 'loss'> {
  /** Views a second that twenty epochs in the time take. */
  readonly needed: number;
  /** In the order measured. */
  readonly tried: readonly { readonly side: number; readonly width: number; readonly viewsPerSecond: number }[];
}

/** What a run of a configuration takes on this computer. */
export interface MeasuredRun {
  readonly device: 'cpu' | 'gpu';
  readonly viewsPerSecond: number;
  /** Of the compute process at its most: as measured on a small batch, and for the full one what its values take. */
  readonly memoryBytes: number;
}

/** How `auto` came to a run's recipe; kept with the run. */
export interface RecipeChoice extends Pick<TrainingConfig, 'side'> {
  /** Of the encoder, as chosen; a person's own settings may have changed it. */
  readonly depth: number;
  readonly width: number;
  readonly minutes: number;
  readonly imageCount: number;
  readonly medianShortSide: number;
  readonly needed: ChosenRecipe['needed'];
  readonly tried: ChosenRecipe['tried'];
  /** All of it in a few sentences. */
  readonly message: string;
}

export interface RunHost {
  /** Measures on this computer. @throws KindredError `job.interrupted`, `compute.died`. */
  readonly chooseRecipe: (question: RecipeQuestion, signal: AbortSignal) => Promise<ChosenRecipe>;
  /** Measures on this computer; some seconds. @throws KindredError `job.interrupted`, `compute.died`. */
  readonly measureRun: (
    question: Pick<RecipeQuestion, 'config' | 'threads'>,
    signal: AbortSignal,
  ) => Promise<MeasuredRun>;
  /** Makes the run's folder and writes the plan, atomically. */
  readonly prepare: (plan: RunPlan) => Promise<void>;
  /** Starts or goes on, from the newest complete checkpoint when there is one. */
  readonly train: (id: RunId, onEvent: (event: RunEvent) => void) => RunSession;
  /** Asks whichever process trains the run to checkpoint and end; returns at once. */
  readonly requestPause: (id: RunId) => void;
  readonly inspect: (id: RunId) => RunFolderState;
  /** Steps of the complete checkpoints, ascending. */
  readonly keptSteps: (id: RunId) => readonly number[];
  /** @throws KindredError `run.missing`, `library.newer`. */
  readonly readPlan: (id: RunId) => RunPlan;
  /** null when there is none that can be read. */
  readonly findPlan: (id: RunId) => RunPlan | null;
  /** The compiled step as it was kept, and what is in it: nodes by operation, bytes of variables; null: stepped eagerly. */
  readonly findGraph: (id: RunId) => { readonly file: string; readonly summary: string } | null;
  /** The events of progress and evaluation recorded so far, oldest first. */
  readonly readEvents: (id: RunId) => readonly RunEvent[];
  /** Runs that have a folder, whole or not. */
  readonly listFolders: () => readonly RunId[];
  readonly removeFolder: (id: RunId) => void;
  /** Takes the run's folder out of the way, in one step. @throws KindredError `run.active` while it is held. */
  readonly putAside: (id: RunId) => void;
  /** Runs whose folders are put aside and not removed yet. */
  readonly listPutAside: () => readonly RunId[];
  readonly removePutAside: (id: RunId) => void;
}
