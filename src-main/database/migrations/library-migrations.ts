import type { Migration } from '../migration.ts';
import { createLibrary } from './0001-create-library.ts';
import { addLabelChoice } from './0002-add-label-choice.ts';
import { addSavedViews } from './0003-add-saved-views.ts';
import { addDatasetRemoval } from './0004-add-dataset-removal.ts';
import { addFileChanges } from './0005-add-file-changes.ts';
import { addKeptColumns } from './0006-add-kept-columns.ts';
import { addUndoParts } from './0007-add-undo-parts.ts';
import { addRunInterruption } from './0008-add-run-interruption.ts';
import { addEncoderChoice } from './0009-add-encoder-choice.ts';

/** The schema of `library.db`, oldest first. */
export const libraryMigrations: readonly Migration[] = [
  createLibrary,
  addLabelChoice,
  addSavedViews,
  addDatasetRemoval,
  addFileChanges,
  addKeptColumns,
  addUndoParts,
  addRunInterruption,
  addEncoderChoice,
];
