/** Views of a dataset that somebody kept by name. */
import type { DatasetId } from '#base/ids.ts';

export interface SavedView {
  readonly datasetId: DatasetId;
  /** Names within a dataset differ by more than case. */
  readonly name: string;
  /** What it shows; JSON. */
  readonly settings: unknown;
}

export interface SavedViewStore {
  /** By name. */
  readonly list: (datasetId: DatasetId) => readonly SavedView[];
  readonly find: (datasetId: DatasetId, name: string) => SavedView | null;
  /** In place of the one with this name, if there is one. */
  readonly put: (view: SavedView) => void;
  readonly remove: (datasetId: DatasetId, name: string) => void;
}
