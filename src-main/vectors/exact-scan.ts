/** Exact neighbours by usearch's brute force; synchronous, on as many threads as asked for. */
import usearch from 'usearch';
import type { NeighbourLists } from '#base/neighbour-lists.ts';
import { ShapeError } from '#base/shapes.ts';

/** Rows of length 1 (or 0): float32 [count, dimensions]. */
export interface UnitRows {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/**
 * The k bank rows with the largest dot product for each query; of equals, those found are ordered by row.
 *
 * NaN must have been refused before: usearch would rank it first.
 *
 * @param threads 0: one a core.
 * @throws ShapeError when dimensions differ or k is not in 1 … bank.count.
 */
export function scanExactly(bank: UnitRows, queries: UnitRows, k: number, threads: number): NeighbourLists {
  if (bank.dimensions !== queries.dimensions || !Number.isInteger(k) || k < 1 || k > bank.count) {
    throw new ShapeError(
      `Neighbours need equal dimensions and k in 1 … ${bank.count}; got bank [${bank.count}, ${bank.dimensions}], ` +
        `queries [${queries.count}, ${queries.dimensions}], k = ${k}.`,
    );
  }
  const rows = new Int32Array(queries.count * k);
  const similarities = new Float32Array(queries.count * k);
  if (queries.count === 0) return { k, rows, similarities };
  const metric = usearch.MetricKind.IP;
  const { keys, distances } = usearch.exactSearch(bank.values, queries.values, bank.dimensions, k, metric, threads);
  for (let i = 0; i < rows.length; i++) {
    rows[i] = Number(keys[i]);
    similarities[i] = Math.min(1, Math.max(-1, 1 - distances[i]!));
  }
  for (let start = 0; start < rows.length; start += k) orderTies(rows, similarities, start, start + k);
  return { k, rows, similarities };
}

/** Sorts rows of equal similarity within [start, end), so that equal images come in one order every time. */
function orderTies(rows: Int32Array, similarities: Float32Array, start: number, end: number): void {
  let first = start;
  for (let i = start + 1; i <= end; i++) {
    if (i < end && similarities[i] === similarities[first]) continue;
    if (i - first > 1) rows.subarray(first, i).sort();
    first = i;
  }
}
