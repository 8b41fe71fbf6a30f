import { SqliteError, type Database } from 'better-sqlite3';
import { KindredError } from '#base/errors.ts';
import type { DatasetId, FileId } from '#base/ids.ts';
import type {
  Dataset,
  DatasetCounts,
  DatasetRoot,
  DatasetStore,
  FolderLabels,
  HeldFile,
  RemovalCounts,
} from '#application/ports/library.ts';
import { Prepared } from './prepared.ts';
import { removedDatasets } from './removed-datasets.ts';

interface DatasetRow {
  readonly id: DatasetId;
  readonly name: string;
  readonly created_ms: number;
  readonly imported_ms: number | null;
  /** Not there in a library of an older format that is only read. */
  readonly encoder_key?: string | null;
}

/** Images whose files all lie in one dataset, with `$id`. */
const ONLY_HERE = `
  SELECT DISTINCT image_id FROM files WHERE dataset_id = $id AND image_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM files AS other WHERE other.image_id = files.image_id AND other.dataset_id <> $id)`;

/** Files read at once: well below a millisecond. */
const PAGE_FILES = 256;

/** Exported for the test of its plan. */
export const HELD_FILES = `SELECT page.id AS fileId, page.image_id AS imageId,
    (SELECT content_hash FROM images WHERE id = page.image_id AND NOT EXISTS
      (SELECT 1 FROM files AS other WHERE other.image_id = page.image_id AND other.dataset_id <> $id)) AS own
  FROM (SELECT id, image_id FROM files INDEXED BY files_by_dataset
    WHERE dataset_id = $id AND id > $after ORDER BY id LIMIT ${PAGE_FILES}) AS page`;

type HeldFileRow = Omit<HeldFile, 'ownContentHash'> & { readonly own: Buffer | null };

const REMOVE_UNHELD = `DELETE FROM images WHERE id = $imageId
  AND NOT EXISTS (SELECT 1 FROM files WHERE image_id = $imageId)`;

function refuseTakenName(error: unknown, name: string): never {
  if (error instanceof SqliteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE') {
    const text = `There is a dataset "${name}" already (names differ by more than upper and lower case). Choose another name.`;
    throw new KindredError('dataset.nameTaken', text, { name }, error);
  }
  throw error;
}

export function datasetStore(database: Database): DatasetStore {
  const prepared = new Prepared(database);

  const rootsOf = (id: DatasetId): readonly DatasetRoot[] =>
    prepared.all<DatasetRoot>('SELECT id, path FROM dataset_roots WHERE dataset_id = $id ORDER BY id', { id });

  const fromRow = (row: DatasetRow | undefined): Dataset | null =>
    row === undefined
      ? null
      : {
          id: row.id,
          name: row.name,
          createdMs: row.created_ms,
          importedMs: row.imported_ms,
          roots: rootsOf(row.id),
        };

  const find = (id: DatasetId): Dataset | null =>
    fromRow(prepared.get<DatasetRow>('SELECT * FROM datasets WHERE id = $id AND removed_ms IS NULL', { id }));

  return {
    find,
    insert: (name, createdMs) => {
      try {
        const sql = 'INSERT INTO datasets (name, created_ms) VALUES ($name, $createdMs)';
        return find(prepared.run(sql, { name, createdMs }).lastId as DatasetId)!;
      } catch (error) {
        return refuseTakenName(error, name);
      }
    },
    findByName: (name) => fromRow(prepared.get<DatasetRow>('SELECT * FROM datasets WHERE name = $name', { name })),
    findByRoot: (path) => {
      const sql = `SELECT datasets.* FROM dataset_roots JOIN datasets ON datasets.id = dataset_id
        WHERE path = $path AND removed_ms IS NULL ORDER BY datasets.id LIMIT 1`;
      return fromRow(prepared.get<DatasetRow>(sql, { path }));
    },
    list: () =>
      prepared
        .all<DatasetRow>('SELECT * FROM datasets WHERE removed_ms IS NULL ORDER BY name')
        .map((row) => fromRow(row)!),
    counts: (id) => countsOf(prepared, id),
    addRoot: (id, path) => {
      const values = { id, path };
      prepared.run('INSERT INTO dataset_roots (dataset_id, path) VALUES ($id, $path) ON CONFLICT DO NOTHING', values);
      const sql = 'SELECT id, path FROM dataset_roots WHERE dataset_id = $id AND path = $path';
      return prepared.get<DatasetRoot>(sql, values)!;
    },
    moveRoot: (rootId, path) => {
      prepared.run('UPDATE dataset_roots SET path = $path WHERE id = $rootId', { rootId, path });
    },
    markImported: (id, importedMs, labelReason) => {
      const sql = 'UPDATE datasets SET imported_ms = $importedMs, label_reason = $labelReason WHERE id = $id';
      prepared.run(sql, { id, importedMs, labelReason });
    },
    folderLabels: (id) => {
      const sql = 'SELECT folder_labels AS choice FROM datasets WHERE id = $id';
      return prepared.get<{ choice: FolderLabels }>(sql, { id })?.choice ?? 'auto';
    },
    setFolderLabels: (id, choice) => {
      prepared.run('UPDATE datasets SET folder_labels = $choice WHERE id = $id', { id, choice });
    },
    encoderChoice: (id) =>
      prepared.get<DatasetRow>('SELECT * FROM datasets WHERE id = $id', { id })?.encoder_key ?? null,
    setEncoderChoice: (id, key) => {
      prepared.run('UPDATE datasets SET encoder_key = $key WHERE id = $id', { id, key });
    },
    rename: (id, name) => {
      try {
        prepared.run('UPDATE datasets SET name = $name WHERE id = $id', { id, name });
      } catch (error) {
        refuseTakenName(error, name);
      }
    },
    removalCounts: (id) => removalCountsOf(prepared, id),
    filesOf: (id, after) => filesOf(prepared, id, after),
    removeFile: ({ fileId, imageId }) => {
      prepared.run('DELETE FROM files WHERE id = $fileId', { fileId });
      if (imageId !== null) prepared.run(REMOVE_UNHELD, { imageId });
    },
    remove: (id) => {
      prepared.run('DELETE FROM datasets WHERE id = $id', { id });
    },
    removed: removedDatasets(prepared),
  };
}

function countsOf(prepared: Prepared, id: DatasetId): DatasetCounts {
  const sql = `SELECT
      count(*) FILTER (WHERE state = 'present') AS files,
      count(DISTINCT CASE WHEN state = 'present' THEN image_id END) AS images,
      count(*) FILTER (WHERE state = 'missing') AS missing,
      count(*) FILTER (WHERE state = 'problem') AS problems
    FROM files WHERE dataset_id = $id`;
  return prepared.get<DatasetCounts>(sql, { id })!;
}

function removalCountsOf(prepared: Prepared, id: DatasetId): RemovalCounts {
  const sql = `WITH gone (image_id) AS MATERIALIZED (${ONLY_HERE})
    SELECT
      (SELECT count(*) FROM files WHERE dataset_id = $id) AS files,
      (SELECT count(*) FROM gone) AS images,
      (SELECT count(*) FROM gone JOIN image_labels USING (image_id)) AS userLabels,
      (SELECT count(*) FROM gone JOIN image_tags USING (image_id)) AS userTags`;
  return prepared.get<RemovalCounts>(sql, { id })!;
}

function filesOf(prepared: Prepared, id: DatasetId, after: FileId | null): readonly HeldFile[] {
  const rows = prepared.all<HeldFileRow>(HELD_FILES, { id, after: after ?? 0 });
  return rows.map(({ own, ...row }) => ({ ...row, ownContentHash: own?.toString('hex') ?? null }));
}
