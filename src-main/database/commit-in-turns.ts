import type { Database } from 'better-sqlite3';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Each piece as a transaction of its own, with other work between them. All are on the disk when it resolves: instead of
 * holding up the thread at each commit, the write-ahead log is synced once, in the background. After a crash of the machine before that, the library holds the pieces up to one of them.
 *
 * When a piece throws, those before it stay.
 */
export async function commitInTurns(database: Database, pieces: Iterable<() => void>): Promise<void> {
  const isLogged = database.pragma('journal_mode', { simple: true }) === 'wal';
  for (const piece of pieces) {
    if (isLogged) database.pragma('synchronous = NORMAL');
    try {
      database.transaction(piece).immediate();
    } finally {
      if (isLogged) database.pragma('synchronous = FULL');
    }
    await turn();
  }
  if (isLogged) await syncFile(`${database.name}-wal`);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
