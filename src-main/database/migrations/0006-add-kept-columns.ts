import type { Migration } from '../migration.ts';

/*
 * kept_columns: at most one row; the token of the file `columns.bin` that was written from this very database. A copy of
 * the library that went another way since has another token, so that its file is not taken for this one's.
 */
export const addKeptColumns: Migration = {
  version: 6,
  name: 'add-kept-columns',
  sql: `
    CREATE TABLE kept_columns (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      token TEXT NOT NULL
    ) STRICT;
  `,
};
