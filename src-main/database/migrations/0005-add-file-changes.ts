import type { Migration } from '../migration.ts';

/*
 * file_changes: which files changed, in order of `seq`, whoever changed them: a row of `files`, or the tags of the file
 * or its image. Readers that keep files in memory (columns/) read what came after the last `seq` they know. It is
 * emptied when it has grown long and the library is opened for writing; `seq` goes on from where it was.
 * moves: 1 when the file's place in some order may have changed: it is new or gone, or has another path, time or image.
 *
 * files_by_path: the order of a listing by name, whole and without a look at the table.
 */
export const addFileChanges: Migration = {
  version: 5,
  name: 'add-file-changes',
  sql: `
    CREATE TABLE file_changes (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      file_id INTEGER NOT NULL,
      moves INTEGER NOT NULL
    ) STRICT;

    CREATE TRIGGER files_inserted AFTER INSERT ON files BEGIN
      INSERT INTO file_changes (file_id, moves) VALUES (new.id, 1);
    END;
    CREATE TRIGGER files_updated AFTER UPDATE ON files BEGIN
      INSERT INTO file_changes (file_id, moves) VALUES (new.id, new.relative_path IS NOT old.relative_path
        OR new.modified_ms IS NOT old.modified_ms OR new.image_id IS NOT old.image_id);
    END;
    CREATE TRIGGER files_deleted AFTER DELETE ON files BEGIN
      INSERT INTO file_changes (file_id, moves) VALUES (old.id, 1);
    END;
    CREATE TRIGGER file_tags_inserted AFTER INSERT ON file_tags BEGIN
      INSERT INTO file_changes (file_id, moves) VALUES (new.file_id, 0);
    END;
    CREATE TRIGGER file_tags_deleted AFTER DELETE ON file_tags BEGIN
      INSERT INTO file_changes (file_id, moves) VALUES (old.file_id, 0);
    END;
    CREATE TRIGGER image_tags_inserted AFTER INSERT ON image_tags BEGIN
      INSERT INTO file_changes (file_id, moves) SELECT id, 0 FROM files WHERE image_id = new.image_id;
    END;
    CREATE TRIGGER image_tags_deleted AFTER DELETE ON image_tags BEGIN
      INSERT INTO file_changes (file_id, moves) SELECT id, 0 FROM files WHERE image_id = old.image_id;
    END;

    CREATE INDEX files_by_path ON files (dataset_id, relative_path);
  `,
};
