/** A dataset of very many files, written straight into the tables; none of them is on the disk. */
import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import type { DatasetId } from '#base/ids.ts';
import { LIBRARY_DATABASE, openLibraryForWriting } from '#database/open-library.ts';

const ID = 1 as DatasetId;

const NUMBERS = `WITH RECURSIVE numbers (value) AS
  (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < $files)`;
const IMAGES = `${NUMBERS} INSERT INTO images SELECT value, hash, hash, substr(hash, 1, 8), 'jpeg', 32, 32, 1, NULL, 0.5, 0.5, 9, 7
  FROM (SELECT value, unhex(printf('%064x', value * 2654435761)) AS hash FROM numbers)`;
const FILES = `${NUMBERS} INSERT INTO files (id, dataset_id, root_id, path, relative_path, size_bytes, modified_ms, state,
    folder_label, label, split, image_id)
  SELECT id, 1, 1, '/many/' || path, path, 1000, 5, 'present', label, label, NULL, id FROM (
    SELECT value AS id, 'class ' || (value % 100) AS label, 'class ' || (value % 100) || '/' || value || '.jpg' AS path
    FROM numbers)`;

/** @param folder of a library, made when there is none. */
export function writeManyFiles(folder: string, files: number): DatasetId {
  openLibraryForWriting(folder, 'test', 0).close();
  const database = new Sqlite(join(folder, LIBRARY_DATABASE));
  database.pragma('synchronous = OFF');
  database.exec(`INSERT INTO datasets (id, name, created_ms) VALUES (${ID}, 'many', 0);
    INSERT INTO dataset_roots (id, dataset_id, path) VALUES (1, ${ID}, '/many');`);
  database.prepare(IMAGES).run({ files });
  database.prepare(FILES).run({ files });
  database.close();
  return ID;
}
