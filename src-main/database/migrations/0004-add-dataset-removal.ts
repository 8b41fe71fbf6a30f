import type { Migration } from '../migration.ts';

/*
 * removed_ms: since when a dataset is out of sight, its rows kept so that its removal can be taken back; null: it is not.
 * removed_name: what it was called then. Its `name` is one that nobody can give, so that the old one is free.
 */
export const addDatasetRemoval: Migration = {
  version: 4,
  name: 'add-dataset-removal',
  sql: `
    ALTER TABLE datasets ADD COLUMN removed_ms REAL;
    ALTER TABLE datasets ADD COLUMN removed_name TEXT CHECK ((removed_ms IS NULL) = (removed_name IS NULL));
  `,
};
