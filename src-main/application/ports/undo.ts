/** The log of acts that can be taken back, kept in the library so that it survives a restart. */
import type { DatasetId } from '#base/ids.ts';

export interface UndoEntry {
  readonly id: number;
  /** What was done, in words. */
  readonly summary: string;
  /** What brings the state before back (of an undone entry: the state after). JSON. */
  readonly inverse: unknown;
}

export interface UndoStore {
  /** A new act; what had been undone can't be redone after it. */
  readonly add: (act: {
    readonly madeMs: number;
    readonly command: string;
    readonly summary: string;
    readonly inverse: unknown;
  }) => void;
  readonly nextUndo: () => UndoEntry | null;
  readonly nextRedo: () => UndoEntry | null;
  /** @param inverse from now on: what does it again. */
  readonly markUndone: (id: number, inverse: unknown, undoneMs: number) => void;
  readonly markDone: (id: number, inverse: unknown) => void;
  /** The dataset can't be brought back any more. */
  readonly forgetRemoval: (datasetId: DatasetId) => void;
}
