/**
 * Open listings of files for windows: the ids that pass a filter, in order, kept in memory (4 bytes a file), so that
 * any page of a million files is one look-up by id, and a range of a listing is a range of an array.
 *
 * Slow for large libraries by nature (a second for a million rows in an unindexed order): runs in a thread of its own
 * over its own read-only connection.
 */
import type { Database } from 'better-sqlite3';
import { KindredError } from '#base/errors.ts';
import type {
  DatasetSummary,
  Facets,
  FileCell,
  FileDetails,
  ListingFilter,
  ListingSort,
} from '#application/ports/listings.ts';
import { datasetSummaries } from './dataset-summaries.ts';
import { facetQuery, listingQuery, passingImagesQuery, type FacetPart } from './listing-query.ts';
import { Prepared } from './prepared.ts';

/** Listings kept; the one not used for longest is forgotten. A window holds one or two. */
const MOST_OPEN = 24;

const CELL = `files.id, files.image_id AS imageId, files.relative_path AS relativePath, files.label, files.state,
  images.width_px AS widthPx, images.height_px AS heightPx, lower(hex(substr(images.content_hash, 1, 8))) AS version`;

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

const FIRST_TAG = `(SELECT min(name) FROM tags WHERE id IN (SELECT tag_id FROM file_tags WHERE file_id = files.id
  UNION SELECT tag_id FROM image_tags WHERE image_tags.image_id = files.image_id))`;

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
  const { id, imageId, label, state, widthPx, heightPx } = row;
  const name = relativePath.slice(relativePath.lastIndexOf('/') + 1);
  return { id, imageId, name, label, state, widthPx, heightPx, version: imageId === null ? null : row.version };
}

export class Listings {
  readonly #database: Database;
  readonly #prepared: Prepared;
  /** In order of last use. */
  readonly #open = new Map<string, Int32Array>();
  #made = 0;

  /** @param database opened for reading; closed by the caller. */
  constructor(database: Database) {
    this.#database = database;
    this.#prepared = new Prepared(database);
  }

  open(filter: ListingFilter, sort: ListingSort): { listingId: string; count: number } {
    const { sql, values } = listingQuery(filter, sort);
    const ids = Int32Array.from(this.#database.prepare(sql).pluck().iterate(values) as Iterable<number>);
    const listingId = `l${process.pid}-${this.#made++}`;
    this.#open.set(listingId, ids);
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
    return { listingId, count: ids.length };
  }

  /** @throws KindredError `listing.closed` when it has been forgotten; the face opens it again. */
  page(listingId: string, start: number, count: number): FileCell[] {
    return this.cells(this.ids(listingId, start, start + count));
  }

  /** Cells of files in the order asked for; files that are gone are left out. */
  cells(ids: readonly number[]): FileCell[] {
    return this.#prepared.all<CellRow>(CELLS, { ids: JSON.stringify(ids) }).map(cellOf);
  }

  ids(listingId: string, start: number, end: number): number[] {
    const ids = this.#open.get(listingId);
    if (ids === undefined) {
      throw new KindredError('listing.closed', 'This list of files was put away; it is opened again.', { listingId });
    }
    this.#open.delete(listingId);
    this.#open.set(listingId, ids);
    return [...ids.subarray(start, end)];
  }

  /** @param more with those that look at every picture. */
  facets(filter: ListingFilter, more: boolean): Facets {
    const counted = (part: FacetPart): { value: string; count: number }[] => {
      const { sql, values } = facetQuery(filter, part);
      return [...this.#prepared.all<{ value: string; count: number }>(sql, values)];
    };
    const costly = (part: FacetPart) => (more ? counted(part) : []);
    return {
      labels: counted('labels'),
      tags: counted('tags'),
      splits: counted('splits'),
      states: counted('states'),
      folders: costly('folders'),
      traits: costly('traits'),
      years: costly('years'),
    };
  }

  /** All datasets, by name. */
  datasets(): DatasetSummary[] {
    return datasetSummaries(this.#prepared);
  }

  /** Labels, splits or tags of files in the order asked for; '' where there is none, the first by name of several tags. */
  groupsOf(ids: readonly number[], by: 'label' | 'split' | 'tag'): string[] {
    const group = by === 'tag' ? FIRST_TAG : `files.${by}`;
    const sql = `SELECT coalesce(${group}, '') AS value FROM json_each($ids) AS wanted
      LEFT JOIN files ON files.id = wanted.value ORDER BY wanted.key`;
    return this.#prepared.all<{ value: string }>(sql, { ids: JSON.stringify(ids) }).map(({ value }) => value);
  }

  /** Content hashes of the images that pass. */
  passingImages(filter: ListingFilter): string[] {
    const { sql, values } = passingImagesQuery(filter);
    return this.#prepared.all<{ content_hash: Buffer }>(sql, values).map((row) => row.content_hash.toString('hex'));
  }

  /** The first present file of each image, by content hash; images without one are left out. */
  cellsOfImages(contentHashes: readonly string[], datasetId: number | null): Map<string, FileCell> {
    const sql = `SELECT ${CELL}, lower(wanted.value) AS hash, min(files.id) FROM json_each($hashes) AS wanted
      JOIN images ON images.content_hash = unhex(wanted.value) JOIN files ON files.image_id = images.id
      WHERE files.state = 'present' AND ($datasetId IS NULL OR files.dataset_id = $datasetId) GROUP BY wanted.value`;
    const rows = this.#prepared.all<CellRow & { hash: string }>(sql, {
      hashes: JSON.stringify(contentHashes),
      datasetId,
    });
    return new Map(rows.map((row) => [row.hash, cellOf(row)]));
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
