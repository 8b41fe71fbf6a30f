import Sqlite from 'better-sqlite3';
import { join } from 'node:path';

const TABLES = ['dataset_roots', 'images', 'files', 'tags', 'file_tags', 'image_tags', 'image_labels'] as const;

/** All rows of a library's images and files, ids included; times of the import left out. */
export function libraryDump(folder: string): Readonly<Record<string, readonly unknown[]>> {
  const database = new Sqlite(join(folder, 'library.db'), { readonly: true });
  try {
    const rows = TABLES.map(
      (table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()] as const,
    );
    return { ...Object.fromEntries(rows), datasets: database.prepare('SELECT id, name FROM datasets').all() };
  } finally {
    database.close();
  }
}
