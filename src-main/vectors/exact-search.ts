/**
 * Exact neighbours of any tables.
 *
 * Small scans run where they are called; larger ones on a worker thread, in pieces of about a third of a second, so
 * that a caller can stop between them and no thread of the caller's is held.
 */
import type { NeighbourLists } from '#base/neighbour-lists.ts';
import { checkFinite, normaliseRows, type VectorTable } from '#base/vector-table.ts';
import type { SimilaritySearch } from '#application/ports/vectors.ts';
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
  readonly #options: ExactSearchOptions;
  readonly #thread = new ScanThread();

  constructor(options: ExactSearchOptions = {}) {
    this.#options = options;
  }

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
}

function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
