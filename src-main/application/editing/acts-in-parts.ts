/**
 * Acts on many images: some of them at a time, with other work between, and still one entry in the log.
 *
 *   noted ──begin──▶ under way ──the last part──▶ stands ──turnRound──▶ under way ──the last part──▶ undone
 *
 * P1  Before it begins, an act is not in the log and has changed nothing: what a process that died had noted is forgotten.
 * P2  Once begun it is carried out to its end, by the next process when this one dies. A part and the note that it was
 *     carried out are written together, so no part is carried out twice.
 * P3  Nothing else is done or undone before the end.
 */
import { KindredError } from '#base/errors.ts';
import type { ImageId } from '#base/ids.ts';
import type { LibraryStores } from '../ports/library.ts';
import type { ActWords } from '../ports/undo.ts';
import {
  applyChange,
  changesNeeded,
  type FileChange,
  fileChangeSchema,
  isEmpty,
  type LabelChange,
  type TagChange,
} from './file-change.ts';

/** Images of a part; with a million files some 4 ms of writing. */
export const PART_IMAGES = 256;

/** Told now and then how much is done, in [0, 1]. */
export type ShareReport = (share: number) => void;

/**
 * Notes an act that changes `images`, and begins it.
 *
 * @param report how much of the noting is done.
 * @returns false when it would change nothing; nothing is in the log then.
 * @throws KindredError `disk.full`; `job.interrupted` when `signal` was aborted before it began.
 */
export async function beginInParts(
  stores: LibraryStores,
  act: ActWords,
  images: readonly ImageId[],
  changeOf: (images: readonly ImageId[]) => LabelChange | TagChange,
  signal: AbortSignal,
  report: ShareReport = () => {},
): Promise<boolean> {
  const { parted } = stores.undo;
  const id = parted.nextId();
  let parts = 0;
  const notes = function* (): Generator<() => void> {
    for (let first = 0; first < images.length && !signal.aborted; first += PART_IMAGES) {
      yield () => {
        const change = changesNeeded(stores, changeOf(images.slice(first, first + PART_IMAGES)));
        if (!isEmpty(change)) parted.note(id, parts++, change);
        report(Math.min(1, (first + PART_IMAGES) / images.length));
      };
    }
  };
  await stores.inTurns(notes());
  if (signal.aborted) throw new KindredError('job.interrupted', `Kindred ends. Not done: ${act.summary}.`);
  if (parts > 0) await stores.inTurns([() => parted.begin(id, parts, act)]);
  return parts > 0;
}

/**
 * Carries out what is under way, and forgets parts of acts that are not in the log.
 *
 * @param report how much of what is under way is carried out.
 * @throws KindredError `disk.full`; `job.interrupted` when `signal` was aborted. The rest is done the next time.
 */
export async function finishActs(
  stores: LibraryStores,
  signal: AbortSignal,
  report: ShareReport = () => {},
): Promise<void> {
  const { parted } = stores.undo;
  if (parted.due() !== null) await stores.inTurns(partsUnderWay(stores, signal, report));
  if (parted.forgotten() !== null) await stores.inTurns(forgetting(stores, signal));
  if (signal.aborted && parted.due() !== null) {
    throw new KindredError('job.interrupted', 'Kindred ends. What is left to be done is done at the next start.');
  }
}

function* partsUnderWay(stores: LibraryStores, signal: AbortSignal, report: ShareReport): Generator<() => void> {
  const { parted } = stores.undo;
  for (let due = parted.due(); due !== null && !signal.aborted; due = parted.due()) {
    const { id, part, parts, change } = due;
    yield () => {
      parted.carried(id, part, carryOut(stores, fileChangeSchema.parse(change)));
      report((part + 1) / parts);
    };
  }
}

/** Of labels and tags alone, which ask for no time. */
function carryOut(stores: LibraryStores, change: FileChange): FileChange {
  return applyChange(stores, change, 0);
}

function* forgetting({ undo: { parted } }: LibraryStores, signal: AbortSignal): Generator<() => void> {
  for (let id = parted.forgotten(); id !== null && !signal.aborted; id = parted.forgotten()) {
    const gone = id;
    yield () => parted.forgetSome(gone);
  }
}
