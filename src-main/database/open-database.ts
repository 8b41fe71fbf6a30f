import Sqlite, { type Database } from 'better-sqlite3';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { damaged } from './database-errors.ts';
import { isOnNetwork } from './network-folder.ts';
import { LONGEST_LOG_PAGES } from './write-ahead-log.ts';

/** How long a writer waits for a reader, and the other way round. */
const WAIT_MS = 5000;

/** A `-wal` with bytes in it means that the last writer did not close. */
function endedUncleanly(file: string): boolean {
  return existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
}

/** @throws KindredError `library.damaged` with SQLite's first finding. */
function checkQuickly(database: Database, folder: string): void {
  const finding = String(database.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') throw damaged(folder, finding);
}

/**
 * Opens a database for writing: write-ahead log (a rollback journal on a network file system, where shared memory
 * does not work), a sync at each commit, foreign keys. After an unclean end it is checked before the first write.
 */
export function openForWriting(file: string): Database {
  const wasUnclean = endedUncleanly(file);
  const database = new Sqlite(file, { timeout: WAIT_MS });
  try {
    database.pragma(`journal_mode = ${isOnNetwork(dirname(file)) ? 'TRUNCATE' : 'WAL'}`);
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${LONGEST_LOG_PAGES}`);
    database.pragma('foreign_keys = ON');
    if (wasUnclean) checkQuickly(database, dirname(file));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A database that can be read, and what must be done with it after. */
export interface ReadableDatabase {
  readonly database: Database;
  readonly close: () => void;
}

/**
 * Opens a database for reading beside a writer. Reading a write-ahead log needs a shared-memory file, which can't be
 * made on read-only media; there a copy in the temporary folder is read.
 */
export function openForReading(file: string): ReadableDatabase {
  try {
    return openInPlace(file);
  } catch (error) {
    const isReadOnlyPlace =
      error instanceof Sqlite.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code) && existsSync(file);
    if (!isReadOnlyPlace) throw error;
    return openCopy(file);
  }
}

function openInPlace(file: string): ReadableDatabase {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: WAIT_MS });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return { database, close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openCopy(file: string): ReadableDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-read-'));
  const copy = join(folder, basename(file));
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    const database = new Sqlite(copy, { timeout: WAIT_MS });
    database.pragma('query_only = ON');
    return {
      database,
      close: () => {
        database.close();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
