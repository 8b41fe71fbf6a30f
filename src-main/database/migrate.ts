import type { Database } from 'better-sqlite3';
import type { Migration } from './migration.ts';

/** The version of the schema a database has; 0 for an empty one. */
export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** The version that a list of migrations leads to. */
export function newestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Brings a database to the newest version: each step in a transaction of its own, together with its number, so that
 * a crash leaves it at a whole step. Foreign keys are checked after each.
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  for (const migration of migrations) {
    if (migration.version <= schemaVersion(database)) continue;
    const step = database.transaction(() => {
      database.exec(migration.sql);
      const broken = database.pragma('foreign_key_check');
      if (Array.isArray(broken) && broken.length > 0) {
        throw new Error(`Migration ${migration.name} leaves ${broken.length} rows that point at nothing.`);
      }
      database.pragma(`user_version = ${migration.version}`);
    });
    step.exclusive();
  }
}
