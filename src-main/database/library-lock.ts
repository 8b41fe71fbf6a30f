import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import { isTaken, takeExclusive } from './exclusive-lock.ts';

/*
 * L1  At most one process holds a library: the one that has `library.lock` (exclusive-lock.ts).
 * L2  `library.lock.json` beside it names the holder, for people and for the command line. Who holds the library is not
 *     decided by it; a left-over one says that its holder ended without letting go.
 */

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
  /** The holder before this one was killed, or the computer went down under it. */
  readonly isAfterKill: boolean;
  /** Says anew what is written of the holder. */
  readonly describe: (change: Partial<Pick<LockHolder, 'port' | 'activity'>>) => void;
  readonly release: () => void;
}

const lockFile = (folder: string): string => join(folder, 'library.lock');
const holderFile = (folder: string): string => join(folder, 'library.lock.json');

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
  return isTaken(lockFile(folder));
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
  const letGo = takeExclusive(lockFile(folder));
  if (letGo === null) throw refusal(folder);
  const isAfterKill = existsSync(holderFile(folder));
  let holder: LockHolder = { pid: process.pid, host: hostname(), startedMs: nowMs, port: null, activity };
  const write = (): void => writeFileSync(holderFile(folder), `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  try {
    write();
  } catch (error) {
    letGo();
    throw error;
  }
  return {
    isAfterKill,
    describe: (change) => {
      holder = { ...holder, ...change };
      write();
    },
    release: () => {
      rmSync(holderFile(folder), { force: true });
      letGo();
    },
  };
}
