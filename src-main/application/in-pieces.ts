/** Long work in pieces: done at once, or in turns with what else a thread has to do. */
import { Turns } from './turns.ts';

/** Long work that can be left where it yields, every millisecond or so. */
export type InPieces<T> = Generator<void, T, void>;

/** Items looked at between two yields. */
const PIECE = 2000;

export function* visiting<T>(items: Iterable<T>, visit: (item: T) => void): InPieces<void> {
  let left = PIECE;
  for (const item of items) {
    visit(item);
    if (--left > 0) continue;
    left = PIECE;
    yield;
  }
}

export function* passing<T>(items: Iterable<T>, passes: (item: T) => boolean): InPieces<T[]> {
  const found: T[] = [];
  yield* visiting(items, (item) => {
    if (passes(item)) found.push(item);
  });
  return found;
}

export function atOnce<T>(work: InPieces<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

export async function inTurns<T>(work: InPieces<T>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    if (turns.isDue) await turns.next();
  }
}
