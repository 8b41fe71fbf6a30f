/**
 * What is asked over all files at once: lists in an order, counts by value, datasets, groups. Answered from columns in
 * memory; runs in a thread of its own over its own read-only connection, because each takes some tens of milliseconds
 * with a million files, and the first one two seconds.
 */
import type { Database } from 'better-sqlite3';
import type { DatasetImage, RemovalCounts } from '#application/ports/library.ts';
import {
  readFileSet,
  type DatasetSummary,
  type Facets,
  type ListingFilter,
  type ListingSort,
} from '#application/ports/listings.ts';
import type { DatasetId } from '#base/ids.ts';
import { countFacets } from './columns/count-facets.ts';
import { datasetSummaries } from './columns/dataset-summaries.ts';
import { type FileGroups, type GroupedBy, groupFiles } from './columns/groups.ts';
import { LibraryColumns } from './columns/library-columns.ts';
import { failedParts } from './columns/passing-rows.ts';
import { removalCounts } from './columns/removal-counts.ts';
import { RowOrders } from './columns/row-orders.ts';
import { datasetImages } from './file-store.ts';
import { Prepared } from './prepared.ts';

const REMOVED = 'SELECT id FROM datasets WHERE removed_ms IS NOT NULL';

const WITH_TEXT = String.raw`SELECT id FROM files WHERE relative_path LIKE $text ESCAPE '\'
  AND ($datasetId IS NULL OR dataset_id = $datasetId)`;
/** Exported for the test of its plan. */
export const WITH_TEXT_IN = String.raw`SELECT id FROM files INDEXED BY files_by_path
  WHERE dataset_id = $datasetId AND relative_path LIKE $text ESCAPE '\'`;

/** Pattern for LIKE that finds the text itself, whatever it holds. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

export class LibraryIndex {
  readonly columns: LibraryColumns;
  readonly #prepared: Prepared;
  readonly #database: Database;
  readonly #orders: RowOrders;
  readonly #tagNames = new Map<number, string>();
  /** The newest filter's answer: a window asks for a list and its counts in one breath. */
  #newest: { readonly key: string; readonly version: number; readonly failed: Uint8Array } | null = null;

  /**
   * @param database opened for reading; closed by the caller.
   * @param keptAt see `LibraryColumns`.
   */
  constructor(database: Database, keptAt: string | null = null) {
    this.#database = database;
    this.#prepared = new Prepared(database);
    this.columns = new LibraryColumns(database, keptAt);
    this.#orders = new RowOrders(database, this.columns);
  }

  /** Reads what the first list needs, before anybody asks for it. */
  warmUp(): void {
    const first = this.datasets()[0];
    if (first !== undefined) this.#orders.rows('path', first.id);
  }

  /** Keeps what was read, and orders by path, for the next start; see `LibraryColumns.keep`. */
  keep(): string | null {
    return this.columns.keep(this.#orders.pathOrders());
  }

  /** Ids of the files that pass, in order, in shared memory. */
  list(filter: ListingFilter, sort: ListingSort): Int32Array<SharedArrayBuffer> {
    const failed = this.failedParts(filter);
    const rows = this.#orders.rows(sort, filter.datasetId);
    const { id } = this.columns.files;
    let count = 0;
    for (const row of failed) if (row === 0) count++;
    const ids = new Int32Array(new SharedArrayBuffer(4 * count));
    let place = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (failed[row] === 0) ids[place++] = id[row]!;
    }
    // The order is read a moment after the columns: a file may have gone meanwhile.
    return ids.subarray(0, place);
  }

  /** @param more with folders, traits and years. */
  facets(filter: ListingFilter, more: boolean): Facets {
    const failed = this.failedParts(filter);
    return countFacets(this.columns, failed, (id) => this.#tagName(id), more);
  }

  /** All datasets, by name. */
  datasets(): DatasetSummary[] {
    this.columns.refresh();
    return datasetSummaries(this.#prepared, this.columns);
  }

  /** What removing a dataset takes out of the library; with many files sooner than the store's. */
  removalCounts(datasetId: number): RemovalCounts {
    this.columns.refresh();
    return removalCounts(this.#prepared, this.columns, datasetId);
  }

  /** Each image of a dataset once per split; see `FileStore.images`. */
  images(datasetId: DatasetId): readonly DatasetImage[] {
    return datasetImages(this.#prepared, datasetId);
  }

  groups(fileIds: ArrayLike<number>, by: GroupedBy): FileGroups {
    this.columns.refresh();
    return groupFiles(this.columns, fileIds, by, (id) => this.#tagName(id));
  }

  /** See `failedParts`; of the files as they are now. */
  failedParts(filter: ListingFilter): Uint8Array {
    this.columns.refresh();
    const { version } = this.columns;
    const hidden = this.#prepared.all<{ id: number }>(REMOVED).map(({ id }) => id);
    const key = JSON.stringify([filter, hidden]);
    if (this.#newest?.key !== key || this.#newest.version !== version) {
      const chosen = this.#chosenRows(filter);
      const tagId = (name: string): number => this.#tagId(name);
      this.#newest = { key, version, failed: failedParts(this.columns, filter, tagId, chosen, hidden) };
    }
    return this.#newest.failed;
  }

  /** See `failedParts`. */
  #chosenRows({ text, files, datasetId }: ListingFilter): Uint8Array | null {
    const withText = text === '' ? null : this.#rowsWith(text, datasetId);
    const inSet = files === '' ? null : this.#rowsOf(readFileSet(files));
    return withText !== null && inSet !== null ? withText.map((flag, row) => flag & inSet[row]!) : (withText ?? inSet);
  }

  #rowsWith(text: string, datasetId: number | null): Uint8Array {
    const statement = this.#database.prepare(datasetId === null ? WITH_TEXT : WITH_TEXT_IN).pluck();
    return this.#rowsOf(statement.all({ text: containing(text), datasetId }) as number[]);
  }

  #rowsOf(fileIds: readonly number[]): Uint8Array {
    const { files } = this.columns;
    const rows = new Uint8Array(files.count);
    for (const id of fileIds) {
      const row = files.rowOf(id);
      if (row >= 0) rows[row] = 1;
    }
    return rows;
  }

  #tagId(name: string): number {
    return this.#prepared.get<{ id: number }>('SELECT id FROM tags WHERE name = $name', { name })?.id ?? -1;
  }

  /** Tags keep their names. */
  #tagName(id: number): string {
    if (!this.#tagNames.has(id)) {
      for (const tag of this.#prepared.all<{ id: number; name: string }>('SELECT id, name FROM tags')) {
        this.#tagNames.set(tag.id, tag.name);
      }
    }
    return this.#tagNames.get(id)!;
  }
}
