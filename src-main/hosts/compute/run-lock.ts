/**
 * Who trains a run: an exclusive SQLite transaction on `run.lock` in its folder, held for the process's life. The kernel
 * lets go of it on any death, so no stale lock can be left.
 */
import Sqlite from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';

const LOCK_FILE = 'run.lock';
/** A look at the lock by somebody else may take a moment. */
const WAIT_MS = 250;

/** @throws KindredError `run.active` when another process trains the run. @returns lets go of it. */
export function holdRun(runFolder: string): () => void {
  const database = new Sqlite(join(runFolder, LOCK_FILE), { timeout: WAIT_MS });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    const message = `The run in "${runFolder}" is being trained by another process. Pause it there first.`;
    throw new KindredError('run.active', message, { runFolder }, error);
  }
  return () => database.close();
}

/** True while some process trains the run. */
export function isRunHeld(runFolder: string): boolean {
  const path = join(runFolder, LOCK_FILE);
  if (!existsSync(path)) return false;
  let probe: Sqlite.Database | null = null;
  try {
    probe = new Sqlite(path, { timeout: 0, readonly: true, fileMustExist: true });
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
