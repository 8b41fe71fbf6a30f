import type { Migration } from '../migration.ts';

/* settings: what the view shows of its dataset, as the contract's saved view has it. */
export const addSavedViews: Migration = {
  version: 3,
  name: 'add-saved-views',
  sql: `
    CREATE TABLE saved_views (
      dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
      name TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      PRIMARY KEY (dataset_id, name)
    ) STRICT, WITHOUT ROWID;
  `,
};
