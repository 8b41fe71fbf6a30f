/**
 * Holding something for a process's life: an exclusive SQLite transaction on a file that serves nothing else.
 *
 * X1  The kernel lets go of it on any death, however the process dies; so a stale lock can't be.
 * X2  Nobody opens the file but SQLite: closing any other descriptor of it in the holding process would let go of the
 *     lock (POSIX record locks belong to a process and a file).
 */
import Sqlite from 'better-sqlite3';

/** A look at the lock by somebody else may take a moment. */
const WAIT_MS = 250;

/**
 * @param file made when it is not there; its folder must be.
 * @returns lets go of it; null when another process, or another part of this one, has it.
 */
export function takeExclusive(file: string): (() => void) | null {
  const database = new Sqlite(file, { timeout: WAIT_MS });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

/** True while somebody has it; false also when the file is not there. */
export function isTaken(file: string): boolean {
  let probe: Sqlite.Database | null = null;
  try {
    probe = new Sqlite(file, { timeout: 0, readonly: true, fileMustExist: true });
    probe.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    probe?.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
