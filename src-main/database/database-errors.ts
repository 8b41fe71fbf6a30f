import { SqliteError } from 'better-sqlite3';
import { isKindredError, KindredError } from '#base/errors.ts';

/** What SQLite says, in the catalogue's terms. Anything else comes back as it is. */
export function databaseError(error: unknown, folder: string): unknown {
  if (isKindredError(error) || !(error instanceof SqliteError)) return error;
  const data = { folder, sqlite: error.code };
  if (error.code === 'SQLITE_FULL') {
    const text = `The disk that holds the library in "${folder}" is full. Nothing half-written was kept; free some space and repeat.`;
    return new KindredError('disk.full', text, data, error);
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB')
    return damaged(folder, error.message, error);
  if (error.code.startsWith('SQLITE_READONLY') || error.code.startsWith('SQLITE_CANTOPEN')) {
    const text = `The library in "${folder}" can't be written (${error.message}). Check its permissions, or name another with --library.`;
    return new KindredError('library.readOnly', text, data, error);
  }
  if (error.code.startsWith('SQLITE_BUSY')) {
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
