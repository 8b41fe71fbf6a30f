import type { Migration } from '../migration.ts';

/*
 * interrupted_step: how far a run had come when its process ended without a word, for as long as that is to be told;
 * null: it did not, or somebody knows.
 */
export const addRunInterruption: Migration = {
  version: 8,
  name: 'add-run-interruption',
  sql: 'ALTER TABLE runs ADD COLUMN interrupted_step INTEGER CHECK (interrupted_step >= 0);',
};
