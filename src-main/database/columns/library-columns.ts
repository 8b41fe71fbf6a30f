/**
 * All files of a library in compact columns (about 40 bytes a file, 65 an image): a filter, a count or an order over a
 * million files is one pass over arrays, some tens of milliseconds.
 *
 * C1  After `refresh` the columns equal the tables at one moment not before the call (changes as 0005 records them).
 * C2  `version` changes whenever something did, `orderVersion` when the order of files may have.
 */
import type { Database } from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { Prepared } from '../prepared.ts';
import { type PathOrder, readColumns, writeColumns } from './columns-file.ts';
import { FileColumns, type FileValues } from './file-columns.ts';
import { ImageColumns } from './image-columns.ts';

/** Smaller libraries are read from the tables in no time. */
const FEWEST_KEPT = 20_000;
/** Rows read by one statement: some milliseconds. */
const PIECE_ROWS = 10_000;
const NEWEST = `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'file_changes'), 0) AS newest,
  (SELECT min(seq) FROM file_changes) AS oldest`;
const CHANGED = `SELECT file_id AS id, max(moves) AS moves FROM file_changes WHERE seq > $after GROUP BY file_id`;

/** Of the files whose id meets a condition, ascending. */
const filesWhere = (condition: string): string => `SELECT id, dataset_id AS datasetId, state, label, split,
    image_id AS imageId, modified_ms AS modifiedMs, folder_label IS NOT NULL AS hasFolderLabel,
    relative_path AS relativePath
  FROM files WHERE id ${condition} ORDER BY id LIMIT ${PIECE_ROWS}`;

/** Tags of the same files: rows (id, ids of tags), those without any left out. */
const tagsWhere = (condition: string): string => `SELECT id, group_concat(tag) AS tags FROM (
    SELECT file_id AS id, tag_id AS tag FROM file_tags WHERE file_id ${condition}
    UNION SELECT files.id, tag_id FROM files JOIN image_tags ON image_tags.image_id = files.image_id
      WHERE files.id ${condition} ORDER BY 1, 2) GROUP BY id`;

const BEYOND = '> $after';
const BETWEEN = 'BETWEEN $first AND $last';
const AMONG = 'IN (SELECT value FROM json_each($ids))';

type FileRow = Omit<FileValues, 'imageRow' | 'hasFolderLabel'> & {
  readonly imageId: number | null;
  readonly hasFolderLabel: number;
};

export class LibraryColumns {
  readonly #database: Database;
  readonly #prepared: Prepared;
  #files = new FileColumns();
  #images = new ImageColumns();
  /** The newest change that is in the columns; null: nothing was read yet. */
  #applied: number | null = null;
  readonly #keptAt: string | null;
  /** `version` as it is in the file. */
  #keptVersion: number | null = null;
  #isKeptStale = false;
  /** Orders that are in the file, and `orderVersion` as it was for them. */
  #kept: { readonly pathOrders: readonly PathOrder[]; readonly orderVersion: number } | null = null;
  #version = 0;
  #orderVersion = 0;

  /**
   * @param database of a library; closed by the caller.
   * @param keptAt file in which `keep` keeps the columns; null: they are read from the tables.
   */
  constructor(database: Database, keptAt: string | null = null) {
    this.#database = database;
    this.#keptAt = keptAt;
    this.#prepared = new Prepared(database);
  }

  get files(): FileColumns {
    return this.#files;
  }
  get images(): ImageColumns {
    return this.#images;
  }
  get version(): number {
    return this.#version;
  }
  get orderVersion(): number {
    return this.#orderVersion;
  }

  /** What the file says of orders, while it is still right. */
  get keptPathOrders(): readonly PathOrder[] {
    return this.#kept?.orderVersion === this.#orderVersion ? this.#kept.pathOrders : [];
  }

  /** Brings the columns up to date; the first time that reads the library whole, two seconds for a million files. */
  refresh(): void {
    const { newest, oldest } = this.#prepared.get<{ newest: number; oldest: number | null }>(NEWEST)!;
    if (this.#applied === null) this.#readKept();
    if (newest === this.#applied) return;
    const isGap = this.#applied !== null && newest > this.#applied && (oldest === null || oldest > this.#applied + 1);
    if (this.#applied === null || isGap) this.#readAll(newest);
    this.#readChanges();
    this.#version++;
  }

  /**
   * Writes the columns into their file, where that saves time.
   *
   * @param pathOrders made under this very `orderVersion`. One of a moment after the columns may be among them: what
   *   moved meanwhile is a change that a start finds, and then it takes no order.
   * @returns the token by which the database must know it from now on; null when nothing was written.
   */
  keep(pathOrders: readonly PathOrder[]): string | null {
    const isLarge = this.#files.count >= FEWEST_KEPT;
    if (this.#keptAt === null || this.#applied === null || !isLarge || this.#isInFile(pathOrders)) return null;
    const token = randomUUID();
    const kept = { files: this.#files, images: this.#images, applied: this.#applied, pathOrders };
    writeColumns(this.#keptAt, token, kept);
    this.#keptVersion = this.#version;
    this.#kept = { pathOrders, orderVersion: this.#orderVersion };
    return token;
  }

  #isInFile(pathOrders: readonly PathOrder[]): boolean {
    const inFile = new Set(this.keptPathOrders.map(({ datasetId }) => datasetId));
    return this.#keptVersion === this.#version && pathOrders.every(({ datasetId }) => inFile.has(datasetId));
  }

  /** Forgets all, with whatever was said of files that are gone; the next question reads the tables. */
  readAnew(): void {
    this.#applied = null;
    this.#isKeptStale = true;
  }

  #readKept(): void {
    if (this.#keptAt === null || this.#isKeptStale) return;
    const token = this.#prepared.get<{ token: string }>('SELECT token FROM kept_columns')?.token;
    const kept = token === undefined ? null : readColumns(this.#keptAt, token);
    if (kept === null) return;
    this.#files = kept.files;
    this.#images = kept.images;
    this.#applied = kept.applied;
    this.#keptVersion = ++this.#version;
    this.#kept = { pathOrders: kept.pathOrders, orderVersion: ++this.#orderVersion };
  }

  /** Reads in pieces, each of a moment of its own: what changes meanwhile is read again by `#readChanges`. */
  #readAll(newest: number): void {
    this.#files = new FileColumns();
    this.#images = new ImageColumns();
    while (this.#images.readNext(this.#prepared));
    for (;;) {
      const { count, id } = this.#files;
      const rows = this.#prepared.all<FileRow>(filesWhere(BEYOND), { after: count === 0 ? 0 : id[count - 1]! });
      if (rows.length === 0) break;
      this.#put(rows, BETWEEN, { first: rows[0]!.id, last: rows.at(-1)!.id });
    }
    this.#applied = newest;
    this.#orderVersion++;
  }

  #readChanges(): void {
    this.#database.transaction(() => {
      const after = this.#applied ?? 0;
      const { newest } = this.#prepared.get<{ newest: number }>(NEWEST)!;
      const changed = this.#prepared.all<{ id: number; moves: number }>(CHANGED, { after });
      while (this.#images.readNext(this.#prepared));
      for (let first = 0; first < changed.length; first += PIECE_ROWS) {
        const ids = changed.slice(first, first + PIECE_ROWS).map(({ id }) => id);
        const rows = this.#prepared.all<FileRow>(filesWhere(AMONG), { ids: JSON.stringify(ids) });
        const found = new Set(rows.map(({ id }) => id));
        for (const id of ids) if (!found.has(id)) this.#files.remove(id);
        this.#put(rows, AMONG, { ids: JSON.stringify(ids) });
      }
      if (changed.some(({ moves }) => moves === 1)) this.#orderVersion++;
      this.#applied = newest;
    })();
  }

  #put(rows: readonly FileRow[], condition: string, values: Readonly<Record<string, string | number>>): void {
    for (const row of rows) {
      const imageRow = row.imageId === null ? -1 : this.#images.rowOf(row.imageId);
      this.#files.put({ ...row, imageRow, hasFolderLabel: row.hasFolderLabel === 1 });
    }
    const tagged = this.#prepared.all<{ id: number; tags: string }>(tagsWhere(condition), values);
    for (const { id, tags } of tagged) this.#files.setTags(id, tags);
  }
}
