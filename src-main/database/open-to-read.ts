import type { Database } from 'better-sqlite3';
import { join } from 'node:path';
import { openForReading } from './open-database.ts';
import { LIBRARY_DATABASE } from './open-library.ts';

/** A read-only connection to a library that exists, open until the thread that asked for it ends. @throws KindredError `library.…`. */
export function openToRead(libraryFolder: string): Database {
  return openForReading(join(libraryFolder, LIBRARY_DATABASE)).database;
}
