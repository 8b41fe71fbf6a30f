import { SqliteError } from 'better-sqlite3';
import { isKindredError, KindredError } from '#base/errors.ts';

/** Codes of the file system that mean the same as SQLite's. */
const READ_ONLY_CODES: ReadonlySet<string> = new Set(['EROFS', 'EACCES', 'EPERM']);

/** What SQLite or the file system says, in the catalogue's terms. Anything else comes back as it is. */
export function databaseError(error: unknown, folder: string): unknown {
  if (isKindredError(error) || !(error instanceof Error)) return error;
  const code = String(Reflect.get(error, 'code'));
  const data = { folder, cause: code };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    const text = `The disk that holds the library in "${folder}" is full. Nothing half-written was kept; free some space and repeat.`;
    return new KindredError('disk.full', text, data, error);
  }
  if (READ_ONLY_CODES.has(code) || /^SQLITE_(READONLY|CANTOPEN)/.test(code)) {
    const text = `The library in "${folder}" can't be written (${error.message}). Check its permissions, or name another with --library.`;
    return new KindredError('library.readOnly', text, data, error);
  }
  if (!(error instanceof SqliteError)) return error;
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return damaged(folder, error.message, error);
  if (code.startsWith('SQLITE_BUSY')) {
    const text = `Another process is writing to the library in "${folder}". Wait for it, or end it.`;
    return new KindredError('library.locked', text, data, error);
  }
  return error;
}

/** @param finding what was wrong, in SQLite's words. */
export function damaged(folder: string, finding: string, cause?: unknown): KindredError {
  return new KindredError(
    'library.damaged',
    `The database of the library in "${folder}" is damaged: ${finding}. Nothing was changed. ` +
      'Put back a copy of library.db (those in "backups" were made before upgrades), ' +
      'or move library.db away and import again: originals are untouched.',
    { folder, finding },
    cause,
  );
}
