/** Files as a window shows them, one by one or a screenful: short reads by id, however large the library is. */
import type { Database } from 'better-sqlite3';
import { KindredError } from '#base/errors.ts';
import type { FileCell, FileDetails } from '#application/ports/listings.ts';
import { Prepared } from './prepared.ts';

const CELL = `files.id, files.image_id AS imageId, files.relative_path AS relativePath, files.label, files.state,
  images.width_px AS widthPx, images.height_px AS heightPx, files.problem_message AS problem,
  lower(hex(substr(images.content_hash, 1, 8))) AS version`;

const CELLS = `SELECT ${CELL} FROM json_each($ids) AS wanted JOIN files ON files.id = wanted.value
  LEFT JOIN images ON images.id = files.image_id ORDER BY wanted.key`;

const DETAILS = `SELECT ${CELL}, files.dataset_id AS datasetId, datasets.name AS datasetName, files.path,
    files.size_bytes AS sizeBytes, files.modified_ms AS modifiedMs, files.split, files.problem_code AS problemCode,
    files.problem_message AS problemMessage, images.format, images.captured_at AS capturedAt, images.brightness,
    images.contrast, images.sharpness, images.entropy_bits AS entropyBits
  FROM files JOIN datasets ON datasets.id = files.dataset_id LEFT JOIN images ON images.id = files.image_id
  WHERE files.id = $id`;

const TAGS = `SELECT name FROM tags WHERE id IN (SELECT tag_id FROM file_tags WHERE file_id = $id
  UNION SELECT tag_id FROM image_tags WHERE image_id = (SELECT image_id FROM files WHERE id = $id)) ORDER BY name`;

const FOLDER_TAGS = `SELECT name FROM tags WHERE id IN (SELECT tag_id FROM file_tags WHERE file_id = $id) ORDER BY name`;

const COPIES = `SELECT id, relative_path AS relativePath FROM files
  WHERE image_id = (SELECT image_id FROM files WHERE id = $id) AND id <> $id
  AND dataset_id NOT IN (SELECT id FROM datasets WHERE removed_ms IS NOT NULL) ORDER BY relative_path LIMIT 100`;

type CellRow = Omit<FileCell, 'name'> & { readonly relativePath: string };

interface DetailsRow extends CellRow {
  readonly datasetId: number;
  readonly datasetName: string;
  readonly path: string;
  readonly sizeBytes: number | null;
  readonly modifiedMs: number | null;
  readonly split: string | null;
  readonly problemCode: string | null;
  readonly problemMessage: string | null;
  readonly format: string | null;
  readonly capturedAt: string | null;
  readonly brightness: number | null;
  readonly contrast: number | null;
  readonly sharpness: number | null;
  readonly entropyBits: number | null;
}

function cellOf({ relativePath, ...row }: CellRow): FileCell {
  const { id, imageId, label, state, widthPx, heightPx, problem } = row;
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  return {
    id,
    imageId,
    name,
    label,
    state,
    widthPx,
    heightPx,
    problem,
    version: imageId === null ? null : row.version,
  };
}

export class FileCells {
  readonly #prepared: Prepared;

  /** @param database opened for reading; closed by the caller. */
  constructor(database: Database) {
    this.#prepared = new Prepared(database);
  }

  /** Cells of files in the order asked for; files that are gone are left out. */
  cells(ids: readonly number[]): FileCell[] {
    return this.#prepared.all<CellRow>(CELLS, { ids: JSON.stringify(ids) }).map(cellOf);
  }

  /** @throws KindredError `file.missing`. */
  details(id: number): FileDetails {
    const row = this.#prepared.get<DetailsRow>(DETAILS, { id });
    if (row === undefined) throw new KindredError('file.missing', `File #${id} is no longer in the library.`, { id });
    return {
      ...cellOf(row),
      datasetId: row.datasetId,
      datasetName: row.datasetName,
      path: row.path,
      relativePath: row.relativePath,
      sizeBytes: row.sizeBytes ?? 0,
      modifiedMs: row.modifiedMs ?? 0,
      format: row.format,
      capturedAt: row.capturedAt,
      split: row.split,
      tags: this.#prepared.all<{ name: string }>(TAGS, { id }).map(({ name }) => name),
      folderTags: this.#prepared.all<{ name: string }>(FOLDER_TAGS, { id }).map(({ name }) => name),
      quality: qualityOf(row),
      problem: row.problemCode === null ? null : { code: row.problemCode, message: row.problemMessage ?? '' },
      copies: row.imageId === null ? [] : [...this.#prepared.all<{ id: number; relativePath: string }>(COPIES, { id })],
    };
  }
}

function qualityOf({ brightness, contrast, sharpness, entropyBits }: DetailsRow): FileDetails['quality'] {
  if (brightness === null || contrast === null || sharpness === null || entropyBits === null) return null;
  return { brightness, contrast, sharpness, entropyBits };
}
