/**
 * The library's database as a whole: who may open it, in which version, and the stores over it.
 *
 * D1  Only the holder of the library's lock writes. Readers need no lock and see whole transactions.
 * D2  Before the schema of a library with data changes, a checked copy lies in `backups/`.
 * D3  A library of a newer version is never written; it can be read as far as its tables are as they were.
 */
import type { Database } from 'better-sqlite3';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import type { LibraryStores } from '#application/ports/library.ts';
import Sqlite from 'better-sqlite3';
import { commitInTurns } from './commit-in-turns.ts';
import { damaged, databaseError } from './database-errors.ts';
import { datasetStore } from './dataset-store.ts';
import { fileStore } from './file-store.ts';
import { imageStore } from './image-store.ts';
import { LibraryIndex } from './library-index.ts';
import { holdLibrary, type LibraryLock } from './library-lock.ts';
import { migrate, newestVersion, schemaVersion } from './migrate.ts';
import type { Migration } from './migration.ts';
import { libraryMigrations } from './migrations/library-migrations.ts';
import { openForReading, openForWriting } from './open-database.ts';
import { runStore } from './run-store.ts';
import { savedViewStore } from './saved-view-store.ts';
import { undoStore } from './undo-store.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

export const LIBRARY_DATABASE = 'library.db';

/** Changes of files that may wait for a reader that keeps files in memory; with more it reads all anew. */
const MOST_CHANGES = 100_000;

export interface OpenLibrary {
  readonly stores: LibraryStores;
  /** What is asked over all files at once; nothing is read before the first question. */
  readonly index: LibraryIndex;
  /** What was written and is not in the database yet. */
  readonly log: WriteAheadLog;
  /** The lock of a library open for writing; null when it is only read. */
  readonly lock: LibraryLock | null;
  /** What the user should know about how it was opened, or null. */
  readonly notice: string | null;
  readonly close: () => void;
}

function over(database: Database, folder: string): Pick<OpenLibrary, 'stores' | 'index' | 'log'> {
  const log = new WriteAheadLog(database);
  return { stores: storesOver(database, log, folder), index: new LibraryIndex(database), log };
}

function storesOver(database: Database, log: WriteAheadLog, folder: string): LibraryStores {
  return {
    datasets: datasetStore(database),
    files: fileStore(database),
    images: imageStore(database),
    runs: runStore(database),
    savedViews: savedViewStore(database),
    undo: undoStore(database),
    markColumns: (token) => {
      database.prepare('INSERT OR REPLACE INTO kept_columns VALUES (1, ?)').run(token);
    },
    transaction: (work) => {
      try {
        return database.transaction(work).immediate();
      } catch (error) {
        throw databaseError(error, folder);
      }
    },
    inTurns: async (writes) => {
      try {
        await commitInTurns(database, log, writes);
      } catch (error) {
        throw databaseError(error, folder);
      }
    },
  };
}

function newerMessage(folder: string, version: number, known: number): string {
  return (
    `The library in "${folder}" was written by a newer Kindred (format ${version}; this one knows up to ${known}). ` +
    'It can be read but not changed here. Update Kindred, or use another library with --library.'
  );
}

/** Copies a database with data before its schema changes, and makes sure that the copy is whole. */
function backUp(database: Database, folder: string): void {
  const from = schemaVersion(database);
  if (from === 0) return;
  mkdirSync(join(folder, 'backups'), { recursive: true });
  const copy = join(folder, 'backups', `library-format-${from}.db`);
  rmSync(copy, { force: true });
  database.prepare('VACUUM INTO ?').run(copy);
  const reader = new Sqlite(copy, { readonly: true });
  try {
    const finding = String(reader.pragma('quick_check(1)', { simple: true }));
    if (finding !== 'ok' || schemaVersion(reader) !== from)
      throw damaged(folder, `the copy before the upgrade: ${finding}`);
  } finally {
    reader.close();
  }
}

function bringUpToDate(database: Database, folder: string, migrations: readonly Migration[]): void {
  const known = newestVersion(migrations);
  const version = schemaVersion(database);
  if (version > known) {
    throw new KindredError('library.newer', newerMessage(folder, version, known), { folder, version, known });
  }
  if (version === known) return;
  backUp(database, folder);
  migrate(database, migrations);
}

/**
 * Opens the library for writing, making it when there is none, and holds it until `close`.
 *
 * @param activity what is being done, for those who find it taken.
 * @throws KindredError `library.locked`, `library.newer`, `library.readOnly`, `library.damaged`, `disk.full`.
 */
export function openLibraryForWriting(
  folder: string,
  activity: string,
  nowMs: number,
  migrations: readonly Migration[] = libraryMigrations,
): OpenLibrary {
  let lock: LibraryLock | null = null;
  let database: Database | null = null;
  try {
    makeFolder(folder);
    const held = (lock = holdLibrary(folder, activity, nowMs));
    const opened = (database = openForWriting(join(folder, LIBRARY_DATABASE)));
    bringUpToDate(opened, folder, migrations);
    shortenChanges(opened);
    const close = (): void => {
      opened.close();
      held.release();
    };
    return { ...over(opened, folder), lock: held, notice: null, close };
  } catch (error) {
    database?.close();
    lock?.release();
    throw databaseError(error, folder);
  }
}

/** Nobody reads the changes of before: who holds the library has just opened it. */
function shortenChanges(database: Database): void {
  const { changes } = database.prepare('SELECT count(*) AS changes FROM file_changes').get() as { changes: number };
  if (changes > MOST_CHANGES) database.exec('DELETE FROM file_changes');
}

/** One by one: asked to make a folder in /proc with all above it, Node tries for ever. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  try {
    for (const path of missing) makeOne(path);
    if (!statSync(folder).isDirectory()) throw new Error('a file has its name');
  } catch (error) {
    const text = `The library's folder "${folder}" can't be made: ${String(error)}. Name another with --library.`;
    throw new KindredError('library.readOnly', text, { folder }, error);
  }
}

/** Another process may have made it meanwhile. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Opens the library for reading, also while another process writes it; an empty one when there is none yet, and
 * nothing is made on disk then.
 *
 * @throws KindredError `library.damaged`, `library.readOnly`.
 */
export function openLibraryForReading(
  folder: string,
  migrations: readonly Migration[] = libraryMigrations,
): OpenLibrary {
  const file = join(folder, LIBRARY_DATABASE);
  try {
    if (!existsSync(file)) return emptyLibrary(folder, migrations);
    const { database, close } = openForReading(file);
    const version = schemaVersion(database);
    const known = newestVersion(migrations);
    if (version < known) {
      close();
      return version === 0 ? emptyLibrary(folder, migrations) : upgradeCopy(file, folder, migrations);
    }
    const notice = version > known ? newerMessage(folder, version, known) : null;
    return { ...over(database, folder), lock: null, notice, close };
  } catch (error) {
    throw databaseError(error, folder);
  }
}

function emptyLibrary(folder: string, migrations: readonly Migration[]): OpenLibrary {
  const database = new Sqlite(':memory:');
  migrate(database, migrations);
  database.pragma('query_only = ON');
  return {
    ...over(database, folder),
    lock: null,
    notice: null,
    close: () => database.close(),
  };
}

/** A library of an older version is read through an upgraded copy in memory: its file waits for the first writer. */
function upgradeCopy(file: string, folder: string, migrations: readonly Migration[]): OpenLibrary {
  const source = openForReading(file);
  const bytes = source.database.serialize();
  source.close();
  // A database in memory can't have a write-ahead log: bytes 18 and 19 of the header say how it is journalled.
  bytes[18] = 1;
  bytes[19] = 1;
  const database = new Sqlite(bytes);
  migrate(database, migrations);
  database.pragma('query_only = ON');
  return {
    ...over(database, folder),
    lock: null,
    notice: null,
    close: () => database.close(),
  };
}
