import type { Database } from 'better-sqlite3';
import type { DatasetId, FileId, ImageId } from '#base/ids.ts';
import type {
  DatasetImage,
  FileContent,
  FilePlace,
  FileState,
  FileStore,
  KnownFile,
  LibraryFile,
  Split,
} from '#application/ports/library.ts';
import { countQuery, oneFile, pageQuery } from './file-query.ts';
import { Prepared, type Values } from './prepared.ts';

interface FileRow {
  readonly id: FileId;
  readonly dataset_id: DatasetId;
  readonly path: string;
  readonly relative_path: string;
  readonly size_bytes: number | null;
  readonly modified_ms: number | null;
  readonly state: FileState;
  readonly problem_code: string | null;
  readonly problem_message: string | null;
  readonly label: string | null;
  readonly split: Split | null;
  readonly image_id: ImageId | null;
  readonly content_hash: Buffer | null;
  readonly width_px: number | null;
  readonly height_px: number | null;
  readonly captured_at: string | null;
}

const LABEL_OF_IMAGE = '(SELECT label FROM image_labels WHERE image_labels.image_id = $imageId)';
const LABEL_OF_FILE = '(SELECT label FROM image_labels WHERE image_labels.image_id = files.image_id)';

const INSERT = `INSERT INTO files (dataset_id, root_id, path, relative_path, size_bytes, modified_ms, state,
    problem_code, problem_message, folder_label, label, split, image_id)
  VALUES ($datasetId, $rootId, $path, $relativePath, $sizeBytes, $modifiedMs, $state,
    $problemCode, $problemMessage, $folderLabel, coalesce(${LABEL_OF_IMAGE}, $folderLabel), $split, $imageId)`;

const PLACE = `root_id = $rootId, path = $path, relative_path = $relativePath, size_bytes = $sizeBytes,
    modified_ms = $modifiedMs, folder_label = $folderLabel, split = $split`;

const REPLACE = `UPDATE files SET ${PLACE}, label = coalesce(${LABEL_OF_IMAGE}, $folderLabel), image_id = $imageId,
    state = $state, problem_code = $problemCode, problem_message = $problemMessage WHERE id = $fileId`;

const REPLACE_PLACE = `UPDATE files SET ${PLACE}, label = coalesce(${LABEL_OF_FILE}, $folderLabel),
    state = CASE state WHEN 'missing' THEN 'present' ELSE state END WHERE id = $fileId`;

const imagesFrom = (files: string, where: string): string => `SELECT image_id AS imageId, content_hash, pixel_hash,
    path, label, split, min(files.id), width_px AS widthPx, height_px AS heightPx
  FROM ${files} JOIN images ON images.id = image_id
  WHERE dataset_id = $id AND state = 'present' ${where} GROUP BY image_id, split ORDER BY image_id, split`;
const IMAGES = imagesFrom('files', '');
const HAS_MORE_FILES = 'SELECT 1 FROM files WHERE dataset_id = $id LIMIT 1 OFFSET $count';
/** Ids of images that are looked at for a piece. */
const PIECE_IDS = 1000;
/** Exported for the test of its plan. */
export const IMAGES_WITHIN = imagesFrom(
  'files INDEXED BY files_by_image',
  'AND image_id >= $first AND image_id < $end',
);

type ImageRow = Omit<DatasetImage, 'contentHash' | 'pixelHash' | 'size'> &
  DatasetImage['size'] & { readonly content_hash: Buffer; readonly pixel_hash: Buffer };

function datasetImageOf(row: ImageRow): DatasetImage {
  const { imageId, path, label, split, widthPx, heightPx } = row;
  const hashes = { contentHash: row.content_hash.toString('hex'), pixelHash: row.pixel_hash.toString('hex') };
  return { imageId, ...hashes, path, size: { widthPx, heightPx }, label, split };
}

/** See `FileStore.images`. */
export function datasetImages(prepared: Prepared, id: DatasetId): readonly DatasetImage[] {
  return prepared.all<ImageRow>(IMAGES, { id }).map(datasetImageOf);
}

/** See `FileStore.imagesInPieces`. */
function* imagesInPieces(prepared: Prepared, id: DatasetId): Generator<readonly DatasetImage[]> {
  if (prepared.get(HAS_MORE_FILES, { id, count: PIECE_IDS }) === undefined) return yield datasetImages(prepared, id);
  const { last } = prepared.get<{ last: number }>('SELECT max(id) AS last FROM images')!;
  for (let first = 1; first <= last; first += PIECE_IDS) {
    yield prepared.all<ImageRow>(IMAGES_WITHIN, { id, first, end: first + PIECE_IDS }).map(datasetImageOf);
  }
}

const KNOWN = `SELECT files.id, files.path, root_id AS rootId,
    CASE WHEN files.path = roots.path || '/' || relative_path THEN NULL ELSE relative_path END AS relativePath,
    size_bytes AS sizeBytes, modified_ms AS modifiedMs, state, image_id AS imageId, folder_label AS folderLabel, split,
    (SELECT group_concat(name, char(31)) FROM file_tags JOIN tags ON tags.id = tag_id WHERE file_id = files.id) AS tags
  FROM files JOIN dataset_roots AS roots ON roots.id = root_id WHERE files.dataset_id = $id ORDER BY files.id`;

type KnownRow = Omit<KnownFile, 'folderTags'> & { readonly tags: string | null };

function* knownFiles(rows: Iterable<KnownRow>): Generator<KnownFile> {
  for (const { tags, ...row } of rows) yield { ...row, folderTags: tags === null ? [] : tags.split('\u001F').sort() };
}

function placeValues(place: FilePlace): Values {
  const { rootId, path, relativePath, sizeBytes, modifiedMs, folderLabel, split } = place;
  return { rootId, path, relativePath, sizeBytes, modifiedMs, folderLabel, split };
}

function contentValues(content: FileContent): Values {
  return {
    imageId: content.imageId,
    state: content.problem === null ? 'present' : 'problem',
    problemCode: content.problem?.code ?? null,
    problemMessage: content.problem?.message ?? null,
  };
}

function fileOf(row: FileRow): LibraryFile {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    path: row.path,
    relativePath: row.relative_path,
    sizeBytes: row.size_bytes,
    modifiedMs: row.modified_ms,
    state: row.state,
    problem: row.problem_code === null ? null : { code: row.problem_code, message: row.problem_message ?? '' },
    label: row.label,
    split: row.split,
    imageId: row.image_id,
    contentHash: row.content_hash?.toString('hex') ?? null,
    widthPx: row.width_px,
    heightPx: row.height_px,
    capturedAt: row.captured_at,
  };
}

export function fileStore(database: Database): FileStore {
  const prepared = new Prepared(database);
  return { ...fileWrites(prepared), ...fileReads(prepared) };
}

function fileWrites(prepared: Prepared): Pick<FileStore, 'insert' | 'replace' | 'replacePlace' | 'markMissing'> {
  const writeTags = (fileId: FileId, tags: readonly string[]): void => {
    for (const tag of tags) {
      prepared.run('INSERT INTO tags (name) VALUES ($tag) ON CONFLICT DO NOTHING', { tag });
      const sql = 'INSERT OR IGNORE INTO file_tags (file_id, tag_id) SELECT $fileId, id FROM tags WHERE name = $tag';
      prepared.run(sql, { fileId, tag });
    }
  };
  const replaceTags = (fileId: FileId, tags: readonly string[]): void => {
    prepared.run('DELETE FROM file_tags WHERE file_id = $fileId', { fileId });
    writeTags(fileId, tags);
  };
  return {
    insert: (datasetId, place, content) => {
      const fileId = prepared.run(INSERT, { datasetId, ...placeValues(place), ...contentValues(content) })
        .lastId as FileId;
      writeTags(fileId, place.folderTags);
      return fileId;
    },
    replace: (fileId, place, content) => {
      prepared.run(REPLACE, { fileId, ...placeValues(place), ...contentValues(content) });
      replaceTags(fileId, place.folderTags);
    },
    replacePlace: (fileId, place) => {
      prepared.run(REPLACE_PLACE, { fileId, ...placeValues(place) });
      replaceTags(fileId, place.folderTags);
    },
    markMissing: (fileId) => {
      prepared.run('DELETE FROM files WHERE id = $fileId AND image_id IS NULL', { fileId });
      prepared.run(`UPDATE files SET state = 'missing' WHERE id = $fileId`, { fileId });
    },
  };
}

function fileReads(
  prepared: Prepared,
): Pick<
  FileStore,
  'known' | 'find' | 'page' | 'count' | 'labelCounts' | 'images' | 'imagesInPieces' | 'pathOf' | 'holding'
> {
  return {
    known: (id) => knownFiles(prepared.each<KnownRow>(KNOWN, { id })),
    find: (id) => {
      const row = prepared.get<FileRow>(oneFile, { id });
      return row === undefined ? null : fileOf(row);
    },
    page: (filter, afterId, limit) => {
      const query = pageQuery(filter, afterId, limit);
      return prepared.all<FileRow>(query.sql, query.values).map(fileOf);
    },
    count: (filter) => {
      const query = countQuery(filter);
      return prepared.get<{ files: number }>(query.sql, query.values)!.files;
    },
    labelCounts: (id) => {
      const sql = `SELECT label, count(*) AS files FROM files WHERE dataset_id = $id AND state = 'present'
        GROUP BY label ORDER BY files DESC, label`;
      return prepared.all(sql, { id });
    },
    images: (id) => datasetImages(prepared, id),
    imagesInPieces: (id) => imagesInPieces(prepared, id),
    pathOf: (imageId) => {
      const sql = `SELECT path FROM files WHERE image_id = $imageId AND state = 'present' ORDER BY id LIMIT 1`;
      return prepared.get<{ path: string }>(sql, { imageId })?.path ?? null;
    },
    holding: (fileIds) => {
      const sql = `SELECT image_id AS imageId FROM files WHERE id IN (SELECT value FROM json_each($ids))
        AND image_id IS NOT NULL`;
      const rows = prepared.all<{ imageId: ImageId }>(sql, { ids: JSON.stringify(fileIds) });
      return { files: rows.length, images: [...new Set(rows.map(({ imageId }) => imageId))] };
    },
  };
}
