import type { Migration } from '../migration.ts';

/*
 * undo_parts: the changes of an act that is too large for one transaction, numbered from 0. Of what stands, each part is
 * what takes it back; of what was undone, what does it again. Parts whose entry is not there (yet, or any more) mean
 * nothing.
 * parts: how many the entry has; with 0 it is whole in `inverse`.
 * carried: how many of them are carried out. Fewer than `parts`: the act, or its undoing or redoing, is under way.
 */
export const addUndoParts: Migration = {
  version: 7,
  name: 'add-undo-parts',
  sql: `
    ALTER TABLE undo_log ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE undo_log ADD COLUMN carried INTEGER NOT NULL DEFAULT 0;

    CREATE INDEX undo_log_under_way ON undo_log (id) WHERE carried < parts;

    CREATE TABLE undo_parts (
      undo_id INTEGER NOT NULL,
      part INTEGER NOT NULL,
      change TEXT NOT NULL CHECK (json_valid(change)),
      PRIMARY KEY (undo_id, part)
    ) STRICT;
  `,
};
