/** The orders a listing can have: rows of files, kept until some file may have moved. */
import type { Database } from 'better-sqlite3';
import type { ListingSort } from '#application/ports/listings.ts';
import { argsort } from './argsort.ts';
import type { PathOrder } from './columns-file.ts';
import type { LibraryColumns } from './library-columns.ts';

/** Orders kept, 4 bytes a file each. */
const KEPT = 4;

/** Exported for the test of its plan. */
export const BY_PATH_IN = 'SELECT id FROM files WHERE dataset_id = $datasetId ORDER BY relative_path, id';
const BY_PATH = 'SELECT id FROM files ORDER BY relative_path, id';

interface Order {
  /** `orderVersion` of the columns. */
  readonly version: number;
  readonly rows: Int32Array;
  /** Of an order by path: the dataset, null for all. */
  readonly pathsOf: number | null | undefined;
}

export class RowOrders {
  readonly #database: Database;
  readonly #columns: LibraryColumns;
  readonly #kept = new Map<string, Order>();

  constructor(database: Database, columns: LibraryColumns) {
    this.#database = database;
    this.#columns = columns;
  }

  /**
   * Every file of the dataset (null: of the library), perhaps among others that a filter leaves out; equal ones by id.
   * Files without what is sorted by come first where the least does, else last.
   */
  rows(sort: ListingSort, datasetId: number | null): Int32Array {
    const { orderVersion: version } = this.#columns;
    const key = sort === 'path' ? `path ${datasetId}` : sort;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    const order = kept?.version === version ? kept : this.#orderBy(sort, datasetId);
    this.#kept.set(key, order);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return order.rows;
  }

  /** Those by path that still hold. */
  pathOrders(): PathOrder[] {
    const { orderVersion } = this.#columns;
    return [...this.#kept.values()].flatMap(({ version, rows, pathsOf }) =>
      version === orderVersion && pathsOf !== undefined ? [{ datasetId: pathsOf, rows }] : [],
    );
  }

  #orderBy(sort: ListingSort, datasetId: number | null): Order {
    const { orderVersion: version } = this.#columns;
    if (sort === 'path') return { version, rows: this.#byPath(datasetId), pathsOf: datasetId };
    return { version, rows: this.#byNumber(sort), pathsOf: undefined };
  }

  #byNumber(sort: Exclude<ListingSort, 'path'>): Int32Array {
    const { files, images } = this.#columns;
    if (sort === 'newest') return argsort(files.modifiedMs.subarray(0, files.count).map((value) => -value));
    const { column, sign } = {
      largest: { column: images.pixels, sign: -1 },
      darkest: { column: images.brightness, sign: 1 },
      brightest: { column: images.brightness, sign: -1 },
      blurriest: { column: images.sharpness, sign: 1 },
      captured: { column: images.captured, sign: 1 },
    }[sort];
    const ofFile = (row: number): number => (row < 0 ? Number.NEGATIVE_INFINITY : column[row]!);
    const keys = new Float64Array(files.count);
    for (let row = 0; row < files.count; row++) keys[row] = sign * ofFile(files.image[row]!);
    return argsort(keys);
  }

  /** The database's own order of texts. Files that came since the columns were refreshed are left out. */
  #byPath(datasetId: number | null): Int32Array {
    const kept = this.#columns.keptPathOrders.find((order) => order.datasetId === datasetId);
    if (kept !== undefined) return kept.rows;
    const statement = this.#database.prepare(datasetId === null ? BY_PATH : BY_PATH_IN).pluck();
    const ids = statement.all(datasetId === null ? {} : { datasetId }) as number[];
    const { files } = this.#columns;
    return Int32Array.from(ids, (id) => files.rowOf(id)).filter((row) => row >= 0);
  }
}
