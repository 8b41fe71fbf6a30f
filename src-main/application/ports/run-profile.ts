/** Where the time of a session of training goes. All times are milliseconds. */

/** Parts of a step's wall clock; they add up to it. */
export interface StepParts {
  /** TensorFlow at work. */
  readonly session: number;
  /** Making tensors of the inputs. */
  readonly feeding: number;
  /** Copying outputs back. */
  readonly reading: number;
  /** For the data thread. */
  readonly waiting: number;
  /** JavaScript around these. */
  readonly rest: number;
}

/** Of a step, on average. TensorFlow's name of an operation is that of the kernel it chose. */
export interface ProfiledOperation {
  readonly op: string;
  readonly count: number;
  /** From begin to end, added up over all of this kind. */
  readonly ms: number;
  /** Of the time of all operations, in [0, 1]. */
  readonly share: number;
  /** Its part of the wall clock: a moment in which k operations ran is divided among them by k. */
  readonly wallMs: number;
}

export interface RunProfile {
  /** Updates made when this was told. */
  readonly step: number;
  /** That TensorFlow may use. */
  readonly threads: number;
  /** Mean of the measured steps that were not traced; null before the first. */
  readonly plain: {
    readonly steps: number;
    readonly ms: number;
    readonly parts: StepParts;
    /** Of all threads of the process, data thread included. */
    readonly processorMs: number;
  } | null;
  /** Mean of the traced steps, which take turns with the plain ones; null before the first, and on a GPU. */
  readonly traced: {
    readonly steps: number;
    readonly ms: number;
    readonly sessionMs: number;
    /** All operations added up, and how long at least one ran. */
    readonly operationsMs: number;
    readonly operationsWallMs: number;
    readonly operations: readonly ProfiledOperation[];
  } | null;
  /** All steps of this session and what lay between them, added up. */
  readonly wall: StepParts & {
    readonly judging: number;
    /** As far as training waited for them. */
    readonly checkpoints: number;
    /** What profiling itself took, but for the traced steps' being slower. */
    readonly profiling: number;
    /** The loop's own. */
    readonly loop: number;
  };
}
