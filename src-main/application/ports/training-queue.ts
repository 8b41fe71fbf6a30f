/** Trainings that wait for a library, each in a process of its own; implemented by `database/training-queue.ts`. */
import type { RunId } from '#base/ids.ts';

export interface QueuedTraining {
  /** Of the run it will be. */
  readonly id: RunId;
  /** null: named once it is made. */
  readonly name: string | null;
  /** The dataset or folder, as typed. */
  readonly target: string;
  readonly pid: number;
}

export interface QueuePlace {
  /** How many wait before it. */
  readonly before: () => number;
  readonly leave: () => void;
}

export interface TrainingQueue {
  /** Waits from now on, until it leaves or its process is gone. */
  readonly join: (training: QueuedTraining) => QueuePlace;
  /** Those that wait, whose turn is next first. */
  readonly list: () => readonly QueuedTraining[];
}
