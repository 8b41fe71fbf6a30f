/**
 * Exact similarity search over stored embeddings, and exact neighbours of any tables.
 *
 * Small scans run where they are called; larger ones on a worker thread, in pieces of about a third of a second, so
 * that a caller can stop between them and no thread of the caller's is held.
 */
import type { NeighbourLists } from '#base/neighbour-lists.ts';
import { checkFinite, normaliseRows, rowOf, type VectorTable } from '#base/vector-table.ts';
import type {
  SimilarImage,
  SimilarityQuery,
  SimilaritySearch,
  StoredEmbeddings,
  VectorSource,
} from '#application/ports/vectors.ts';
import { scanExactly, type UnitRows } from './exact-scan.ts';
import { ScanThread } from './scan-thread.ts';

/** Pairs of bank row and query up to which a scan may hold the caller's thread: some milliseconds. */
const MAX_INLINE_PAIRS = 50_000;
/** Products of numbers in one piece of a large scan. */
const PIECE_PRODUCTS = 2e9;

export interface ExactSearchOptions {
  /** Threads of a scan; 0: one a core. */
  readonly threads?: number;
  /** Checked between pieces of a large scan. */
  readonly signal?: AbortSignal;
}

export class ExactSearch implements SimilaritySearch {
  readonly #source: VectorSource;
  readonly #options: ExactSearchOptions;
  readonly #thread = new ScanThread();
  readonly #units = new WeakMap<StoredEmbeddings, UnitRows>();

  constructor(source: VectorSource, options: ExactSearchOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  readonly nearest = async (query: SimilarityQuery): Promise<readonly SimilarImage[]> => {
    const stored = this.#source.read(query.encoderKey);
    if (stored === null) return [];
    const { direction, candidates } = query;
    const probe = { count: 1, dimensions: direction.length, values: direction };
    checkFinite('The query', probe);
    const rows = candidates === null ? null : candidateRows(stored, candidates);
    const all = this.#unitsOf(stored);
    const bank = rows === null || rows.length === all.count ? all : takeShared(all, rows);
    const k = Math.min(query.top, bank.count);
    if (k < 1) return [];
    const lists = await this.#scan(bank, normaliseRows(probe), k);
    return Array.from({ length: k }, (_, rank) => {
      const row = lists.rows[rank]!;
      const contentHash = stored.hashes[bank === all ? row : rows![row]!]!;
      return { contentHash, score: lists.similarities[rank]! };
    });
  };

  readonly findNeighbours = async (bank: VectorTable, queries: VectorTable, k: number): Promise<NeighbourLists> => {
    checkFinite('The bank', bank);
    checkFinite('The queries', queries);
    return this.#scan(normaliseRows(bank, shared(bank.values.length)), normaliseRows(queries), k);
  };

  /** Ends the worker thread. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  async #scan(bank: UnitRows, queries: UnitRows, k: number): Promise<NeighbourLists> {
    const threads = this.#options.threads ?? 0;
    if (bank.count * queries.count <= MAX_INLINE_PAIRS) return scanExactly(bank, queries, k, threads);
    const rows = new Int32Array(queries.count * k);
    const similarities = new Float32Array(queries.count * k);
    const step = Math.max(1, Math.floor(PIECE_PRODUCTS / (bank.count * bank.dimensions)));
    for (let first = 0; first < queries.count; first += step) {
      this.#options.signal?.throwIfAborted();
      const last = Math.min(first + step, queries.count);
      const values = queries.values.slice(first * queries.dimensions, last * queries.dimensions);
      const piece = { count: last - first, dimensions: queries.dimensions, values };
      // One query gains nothing from more threads.
      const found = await this.#thread.scan(bank, piece, k, piece.count === 1 ? 1 : threads);
      rows.set(found.rows, first * k);
      similarities.set(found.similarities, first * k);
    }
    return { k, rows, similarities };
  }

  #unitsOf(stored: StoredEmbeddings): UnitRows {
    const known = this.#units.get(stored);
    if (known !== undefined) return known;
    const units = normaliseRows(stored.vectors, shared(stored.vectors.values.length));
    this.#units.set(stored, units);
    return units;
  }
}

/** Rows of the candidates that are stored, ascending. */
function candidateRows(stored: StoredEmbeddings, candidates: ReadonlySet<string>): Int32Array {
  const rows: number[] = [];
  for (const hash of candidates) {
    const row = stored.rowOf.get(hash);
    if (row !== undefined) rows.push(row);
  }
  return Int32Array.from(rows).sort();
}

function takeShared(table: UnitRows, rows: Int32Array): UnitRows {
  const values = shared(rows.length * table.dimensions);
  rows.forEach((row, i) => values.set(rowOf(table, row), i * table.dimensions));
  return { count: rows.length, dimensions: table.dimensions, values };
}

function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
