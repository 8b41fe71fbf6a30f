/** The log of acts that can be taken back, kept in the library so that it survives a restart. */
import type { DatasetId } from '#base/ids.ts';

export interface UndoEntry {
  readonly id: number;
  /** What was done, in words. */
  readonly summary: string;
  /** What brings the state before back (of an undone entry: the state after). JSON; null when it is in parts. */
  readonly inverse: unknown;
  /** See `PartedActs`; 0: it is whole. */
  readonly parts: number;
}

export interface ActWords {
  readonly madeMs: number;
  readonly command: string;
  readonly summary: string;
}

/** Part `part` of `parts`, counted from 0. */
export interface DuePart {
  readonly id: number;
  readonly part: number;
  readonly parts: number;
  readonly change: unknown;
}

/**
 * Acts too large for one transaction. Their parts are noted first; once an act begins, each part that is carried out is
 * replaced by what takes it back, and whoever comes after a crash goes on with the next.
 */
export interface PartedActs {
  /** The id of the next act, under which its parts are noted. Until it begins nothing else may be added to the log. */
  readonly nextId: () => number;
  readonly note: (id: number, part: number, change: unknown) => void;
  /** From here on the act is in the log; what had been undone can't be redone. */
  readonly begin: (id: number, parts: number, words: ActWords) => void;
  /** All parts of an entry are to be carried out again. @param undoneMs null: it is being redone. */
  readonly turnRound: (id: number, undoneMs: number | null) => void;
  /** The part that is to be carried out next; null when nothing is under way. */
  readonly due: () => DuePart | null;
  /** The part that was due is carried out. */
  readonly carried: (id: number, part: number, inverse: unknown) => void;
  /** An act that has parts and is not in the log; null when there is none. */
  readonly forgotten: () => number | null;
  /** Deletes some of its parts. */
  readonly forgetSome: (id: number) => void;
}

export interface UndoStore {
  /** A new act; what had been undone can't be redone after it. */
  readonly add: (act: ActWords & { readonly inverse: unknown }) => void;
  readonly nextUndo: () => UndoEntry | null;
  readonly nextRedo: () => UndoEntry | null;
  /** @param inverse from now on: what does it again. */
  readonly markUndone: (id: number, inverse: unknown, undoneMs: number) => void;
  readonly markDone: (id: number, inverse: unknown) => void;
  readonly parted: PartedActs;
  /** The dataset can't be brought back any more. */
  readonly forgetRemoval: (datasetId: DatasetId) => void;
}
