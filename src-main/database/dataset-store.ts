import { SqliteError, type Database } from 'better-sqlite3';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import type {
  Dataset,
  DatasetCounts,
  DatasetRoot,
  DatasetStore,
  FolderLabels,
  RemovalCounts,
} from '#application/ports/library.ts';
import { Prepared } from './prepared.ts';
import { removedDatasets } from './removed-datasets.ts';

interface DatasetRow {
  readonly id: DatasetId;
  readonly name: string;
  readonly created_ms: number;
  readonly imported_ms: number | null;
}

/** Images whose files all lie in one dataset, with `$id`. */
const ONLY_HERE = `
  SELECT DISTINCT image_id FROM files WHERE dataset_id = $id AND image_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM files AS other WHERE other.image_id = files.image_id AND other.dataset_id <> $id)`;

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
    rename: (id, name) => {
      try {
        prepared.run('UPDATE datasets SET name = $name WHERE id = $id', { id, name });
      } catch (error) {
        refuseTakenName(error, name);
      }
    },
    removalCounts: (id) => removalCountsOf(prepared, id),
    imagesOnlyIn: (id) => onlyIn(prepared, id).map((image) => image.content_hash.toString('hex')),
    remove: (id) => remove(prepared, id),
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

function onlyIn(prepared: Prepared, id: DatasetId) {
  return prepared.all<{ readonly id: number; readonly content_hash: Buffer }>(
    `SELECT id, content_hash FROM images WHERE id IN (${ONLY_HERE}) ORDER BY id`,
    { id },
  );
}

function remove(prepared: Prepared, id: DatasetId): void {
  const gone = onlyIn(prepared, id);
  prepared.run('DELETE FROM datasets WHERE id = $id', { id });
  for (const image of gone) prepared.run('DELETE FROM images WHERE id = $imageId', { imageId: image.id });
}
