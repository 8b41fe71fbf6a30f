import Sqlite from 'better-sqlite3';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';

/*
 * L1  At most one process holds a library. It holds it by an exclusive transaction on `library.lock`, which the kernel
 *     releases when the process dies, however it dies; so there is no stale lock.
 * L2  `library.lock.json` beside it only names the holder, for people and for the command line. Nothing is decided
 *     by it, and a left-over one does no harm.
 * L3  Nobody opens `library.lock` but SQLite: closing any other descriptor of it in the holding process would let go
 *     of the lock (POSIX record locks belong to a process and a file).
 */

/** A look at the lock by somebody else may take a moment. */
const WAIT_MS = 250;

/** Who holds a library. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Where an engine listens; null for a command of the terminal. */
  readonly port: number | null;
  /** What it is doing, as typed. */
  readonly activity: string;
}

export interface LibraryLock {
  /** Says anew what is written of the holder. */
  readonly describe: (change: Partial<Pick<LockHolder, 'port' | 'activity'>>) => void;
  readonly release: () => void;
}

const lockFile = (folder: string): string => join(folder, 'library.lock');
const holderFile = (folder: string): string => join(folder, 'library.lock.json');

/** Takes the lock or returns null when another process (or another part of this one) has it. */
function takeExclusive(file: string): Sqlite.Database | null {
  const database = new Sqlite(file, { timeout: WAIT_MS });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

/** Who holds the library by the text file; null when it can't be read. Believe it only while the lock is taken. */
export function readLockHolder(folder: string): LockHolder | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(holderFile(folder), 'utf8'));
    const isHolder = typeof holder === 'object' && holder !== null && 'pid' in holder && 'host' in holder;
    return isHolder ? (holder as LockHolder) : null;
  } catch {
    return null;
  }
}

/** True while some process holds the library. */
export function isLibraryHeld(folder: string): boolean {
  let probe: Sqlite.Database | null = null;
  try {
    probe = new Sqlite(lockFile(folder), { timeout: 0, readonly: true, fileMustExist: true });
    probe.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    probe?.close();
  }
}

function refusal(folder: string): KindredError {
  const holder = readLockHolder(folder);
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid} on ${holder.host} ("${holder.activity}", since ${new Date(holder.startedMs).toISOString()})`;
  const port = holder?.port ?? null;
  const where = port === null ? '' : ` It is open in the studio at http://127.0.0.1:${port}: go on there.`;
  const text = `The library in "${folder}" is in use by ${who}.${where} Wait for it or end it, or use another library with --library.`;
  return new KindredError('library.locked', text, { folder, holder });
}

/**
 * Takes the library for this process.
 *
 * @throws KindredError `library.locked`, naming the holder.
 */
export function holdLibrary(folder: string, activity: string, nowMs: number): LibraryLock {
  const held = takeExclusive(lockFile(folder));
  if (held === null) throw refusal(folder);
  let holder: LockHolder = { pid: process.pid, host: hostname(), startedMs: nowMs, port: null, activity };
  const write = (): void => writeFileSync(holderFile(folder), `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  try {
    write();
  } catch (error) {
    held.close();
    throw error;
  }
  return {
    describe: (change) => {
      holder = { ...holder, ...change };
      write();
    },
    release: () => {
      rmSync(holderFile(folder), { force: true });
      held.close();
    },
  };
}
