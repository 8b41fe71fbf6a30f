import type { Database } from 'better-sqlite3';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** A transaction takes no more writes after this. Its commit comes on top: with a million files, some milliseconds. */
const SLICE_MS = 8;

/**
 * As many writes as fit into a few milliseconds make up a transaction, with other work between one and the next. All are
 * on the disk when it resolves: instead of holding up the thread at each commit, the write-ahead log is synced once, in
 * the background. After a crash of the machine before that, the library holds the writes up to one of them.
 *
 * @param writes are asked for within the transaction they become part of, each when the one before is done.
 * @throws what a write throws; its transaction is undone, those before it stay.
 */
export async function commitInTurns(
  database: Database,
  log: WriteAheadLog,
  writes: Iterable<() => void>,
): Promise<void> {
  const waiting = writes[Symbol.iterator]();
  const slice = database.transaction((): boolean => {
    const endMs = performance.now() + SLICE_MS;
    do {
      const next = waiting.next();
      if (next.done === true) return false;
      next.value();
    } while (performance.now() < endMs);
    return true;
  });
  for (let isMore = true; isMore;) {
    if (log.isKept) database.pragma('synchronous = NORMAL');
    try {
      isMore = slice.immediate();
    } finally {
      if (log.isKept) database.pragma('synchronous = FULL');
    }
    await turn();
    await log.untilShort();
  }
  if (log.isKept) await syncFile(`${database.name}-wal`);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
