import type { Database } from 'better-sqlite3';
import type { SavedView, SavedViewStore } from '#application/ports/saved-views.ts';
import type { DatasetId } from '#base/ids.ts';
import { Prepared } from './prepared.ts';

interface ViewRow {
  readonly dataset_id: DatasetId;
  readonly name: string;
  readonly settings: string;
}

const viewOf = ({ dataset_id, name, settings }: ViewRow): SavedView => ({
  datasetId: dataset_id,
  name,
  settings: JSON.parse(settings) as unknown,
});

export function savedViewStore(database: Database): SavedViewStore {
  const prepared = new Prepared(database);
  const remove = (datasetId: DatasetId, name: string): void => {
    prepared.run('DELETE FROM saved_views WHERE dataset_id = $datasetId AND name = $name', { datasetId, name });
  };
  return {
    list: (datasetId) => {
      const sql = 'SELECT * FROM saved_views WHERE dataset_id = $datasetId ORDER BY name';
      return prepared.all<ViewRow>(sql, { datasetId }).map(viewOf);
    },
    find: (datasetId, name) => {
      const sql = 'SELECT * FROM saved_views WHERE dataset_id = $datasetId AND name = $name';
      const row = prepared.get<ViewRow>(sql, { datasetId, name });
      return row === undefined ? null : viewOf(row);
    },
    put: ({ datasetId, name, settings }) => {
      remove(datasetId, name);
      const sql = 'INSERT INTO saved_views (dataset_id, name, settings) VALUES ($datasetId, $name, $settings)';
      prepared.run(sql, { datasetId, name, settings: JSON.stringify(settings) });
    },
    remove,
  };
}
