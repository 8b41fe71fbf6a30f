import type { FileFilter } from '#application/ports/library.ts';
import type { FileId } from '#base/ids.ts';
import type { Values } from './prepared.ts';

/** A statement with the values it takes. */
export interface FileQuery {
  readonly sql: string;
  readonly values: Values;
}

const COLUMNS = `files.id, files.dataset_id, files.path, files.relative_path, files.size_bytes, files.modified_ms,
  files.state, files.problem_code, files.problem_message, files.label, files.split, files.image_id,
  images.content_hash, images.width_px, images.height_px, images.captured_at`;

const HAS_TAG = `(EXISTS (SELECT 1 FROM file_tags JOIN tags ON tags.id = tag_id WHERE file_id = files.id AND name = $tag)
  OR EXISTS (SELECT 1 FROM image_tags JOIN tags ON tags.id = tag_id WHERE image_tags.image_id = files.image_id AND name = $tag))`;

function conditions(filter: FileFilter): FileQuery {
  const parts = ['files.dataset_id = $datasetId'];
  const values: Record<string, string | number | null> = { datasetId: filter.datasetId };
  if (filter.state !== undefined) {
    parts.push('files.state = $state');
    values['state'] = filter.state;
  }
  // `IS` so that null asks for files without one; it uses an index as `=` does.
  if (filter.label !== undefined) {
    parts.push('files.label IS $label');
    values['label'] = filter.label;
  }
  if (filter.split !== undefined) {
    parts.push('files.split IS $split');
    values['split'] = filter.split;
  }
  if (filter.tag !== undefined) {
    parts.push(HAS_TAG);
    values['tag'] = filter.tag;
  }
  return { sql: parts.join(' AND '), values };
}

/** Which index serves a filter; left to itself SQLite may sort a whole dataset for one page of it. */
function indexFor(filter: FileFilter): string {
  if (filter.label !== undefined) return 'files_by_label';
  return filter.state === undefined ? 'files_by_dataset' : 'files_by_state';
}

/** Rows of a page: those with an id above `afterId` (null: from the start), by id. Reads about `limit` rows. */
export function pageQuery(filter: FileFilter, afterId: FileId | null, limit: number): FileQuery {
  const where = conditions(filter);
  return {
    sql: `SELECT ${COLUMNS} FROM files INDEXED BY ${indexFor(filter)} LEFT JOIN images ON images.id = files.image_id
      WHERE ${where.sql} AND files.id > $afterId ORDER BY files.id LIMIT $limit`,
    values: { ...where.values, afterId: afterId ?? 0, limit },
  };
}

/** One file, by `$id`. */
export const oneFile = `SELECT ${COLUMNS} FROM files LEFT JOIN images ON images.id = files.image_id WHERE files.id = $id`;

export function countQuery(filter: FileFilter): FileQuery {
  const where = conditions(filter);
  return {
    sql: `SELECT count(*) AS files FROM files INDEXED BY ${indexFor(filter)} WHERE ${where.sql}`,
    values: where.values,
  };
}
