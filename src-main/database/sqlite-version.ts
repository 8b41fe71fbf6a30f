import Sqlite from 'better-sqlite3';

/** Version of the SQLite inside better-sqlite3. */
export function sqliteVersion(): string {
  const database = new Sqlite(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}
