import type { Migration } from '../migration.ts';

/*
 * files.label is what a listing shows: the user's label of the image when there is one, else the folder's.
 * It is kept equal to coalesce(image_labels.label, files.folder_label) by every write (file-store, image-store).
 * Ids of datasets and files are never used twice: runs and undo entries may outlive what they speak of.
 */
export const createLibrary: Migration = {
  version: 1,
  name: 'create-library',
  sql: `
    CREATE TABLE datasets (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
      created_ms REAL NOT NULL,
      imported_ms REAL
    ) STRICT;

    CREATE TABLE dataset_roots (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      UNIQUE (dataset_id, path)
    ) STRICT;
    CREATE INDEX dataset_roots_by_path ON dataset_roots (path);

    CREATE TABLE images (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      content_hash BLOB NOT NULL UNIQUE CHECK (length(content_hash) = 32),
      pixel_hash BLOB NOT NULL CHECK (length(pixel_hash) = 32),
      perceptual_hash BLOB NOT NULL CHECK (length(perceptual_hash) = 8),
      format TEXT NOT NULL,
      width_px INTEGER NOT NULL CHECK (width_px > 0),
      height_px INTEGER NOT NULL CHECK (height_px > 0),
      frames INTEGER NOT NULL CHECK (frames > 0),
      captured_at TEXT,
      brightness REAL NOT NULL,
      contrast REAL NOT NULL,
      sharpness REAL NOT NULL,
      entropy_bits REAL NOT NULL
    ) STRICT;

    CREATE TABLE files (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
      root_id INTEGER NOT NULL REFERENCES dataset_roots (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      relative_path TEXT NOT NULL,
      size_bytes INTEGER,
      modified_ms REAL,
      state TEXT NOT NULL CHECK (state IN ('present', 'missing', 'problem')),
      problem_code TEXT,
      problem_message TEXT,
      folder_label TEXT,
      label TEXT,
      split TEXT CHECK (split IN ('train', 'val', 'test')),
      image_id INTEGER REFERENCES images (id),
      UNIQUE (dataset_id, path),
      CHECK ((state = 'problem') = (problem_code IS NOT NULL)),
      CHECK ((state = 'problem') = (image_id IS NULL))
    ) STRICT;
    CREATE INDEX files_by_dataset ON files (dataset_id);
    CREATE INDEX files_by_state ON files (dataset_id, state);
    CREATE INDEX files_by_label ON files (dataset_id, label);
    CREATE INDEX files_by_root ON files (root_id);
    CREATE INDEX files_by_image ON files (image_id);

    CREATE TABLE tags (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE CHECK (name <> '')
    ) STRICT;

    CREATE TABLE file_tags (
      file_id INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
      tag_id INTEGER NOT NULL REFERENCES tags (id),
      PRIMARY KEY (file_id, tag_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX file_tags_by_tag ON file_tags (tag_id);

    CREATE TABLE image_tags (
      image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
      tag_id INTEGER NOT NULL REFERENCES tags (id),
      PRIMARY KEY (image_id, tag_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX image_tags_by_tag ON image_tags (tag_id);

    CREATE TABLE image_labels (
      image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
      label TEXT NOT NULL CHECK (label <> '')
    ) STRICT;

    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      dataset_id INTEGER NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'pausing', 'paused', 'finished', 'failed')),
      config TEXT NOT NULL CHECK (json_valid(config)),
      created_ms REAL NOT NULL,
      started_ms REAL,
      ended_ms REAL,
      step INTEGER NOT NULL,
      total_steps INTEGER,
      elapsed_ms REAL NOT NULL,
      loss REAL,
      headline TEXT CHECK (json_valid(headline)),
      failure TEXT CHECK (json_valid(failure))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_time ON runs (created_ms);

    CREATE TABLE undo_log (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      made_ms REAL NOT NULL,
      command TEXT NOT NULL,
      summary TEXT NOT NULL,
      inverse TEXT NOT NULL CHECK (json_valid(inverse)),
      undone_ms REAL
    ) STRICT;
  `,
};
