import type { Migration } from '../migration.ts';

/*
 * folder_labels: whether sub-folders are labels. `auto`: by their names (curation/label-rules.ts); else as the user said.
 * label_reason: what the last import decided and why, in a sentence.
 */
export const addLabelChoice: Migration = {
  version: 2,
  name: 'add-label-choice',
  sql: `
    ALTER TABLE datasets ADD COLUMN label_reason TEXT NOT NULL DEFAULT '';
    ALTER TABLE datasets ADD COLUMN folder_labels TEXT NOT NULL DEFAULT 'auto'
      CHECK (folder_labels IN ('auto', 'always', 'never'));
  `,
};
