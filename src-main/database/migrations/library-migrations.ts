import type { Migration } from '../migration.ts';
import { createLibrary } from './0001-create-library.ts';

/** The schema of `library.db`, oldest first. */
export const libraryMigrations: readonly Migration[] = [createLibrary];
