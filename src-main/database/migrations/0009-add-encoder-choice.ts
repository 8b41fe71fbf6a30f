import type { Migration } from '../migration.ts';

/* encoder_key: the encoder that somebody has settled on for the dataset; null: the newest that has seen images answers. */
export const addEncoderChoice: Migration = {
  version: 9,
  name: 'add-encoder-choice',
  sql: 'ALTER TABLE datasets ADD COLUMN encoder_key TEXT;',
};
