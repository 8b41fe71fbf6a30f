/**
 * Nearest neighbours by cosine. Judging takes a `FindNeighbours` and does not care who finds them: the search library,
 * a device, or the plain loops below, which are the definition the others are held against.
 */
import type { NeighbourLists } from '#base/neighbour-lists.ts';
import { ShapeError } from '#base/shapes.ts';
import { normaliseRows, type VectorTable } from '#base/vector-table.ts';

export type { FindNeighbours, NeighbourLists } from '#base/neighbour-lists.ts';

/**
 * Exact neighbours by plain loops: O(Q·N·D), for small tables and as the reference of faster ways.
 *
 * @throws ShapeError when the tables differ in dimensions or k is not in 1 … N.
 */
export function exactNeighbours(bank: VectorTable, queries: VectorTable, k: number): NeighbourLists {
  if (bank.dimensions !== queries.dimensions || !Number.isInteger(k) || k < 1 || k > bank.count) {
    throw new ShapeError(
      `Neighbours need equal dimensions and k in 1 … ${bank.count}; got bank [${bank.count}, ${bank.dimensions}], ` +
        `queries [${queries.count}, ${queries.dimensions}], k = ${k}.`,
    );
  }
  const units = normaliseRows(bank).values;
  const probes = normaliseRows(queries).values;
  const rows = new Int32Array(queries.count * k);
  const similarities = new Float32Array(queries.count * k);
  const scores = new Float32Array(bank.count);
  const order = Array.from({ length: bank.count }, (_, row) => row);
  for (let query = 0; query < queries.count; query++) {
    for (let row = 0; row < bank.count; row++) {
      scores[row] = dot(units, row * bank.dimensions, probes, query * bank.dimensions, bank.dimensions);
    }
    const best = order.toSorted((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
    best.forEach((row, rank) => {
      rows[query * k + rank] = row;
      similarities[query * k + rank] = scores[row]!;
    });
  }
  return { k, rows, similarities };
}

function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let sum = 0;
  for (let j = 0; j < length; j++) sum += a[aStart + j]! * b[bStart + j]!;
  return sum;
}

/**
 * Neighbour lists in which no query is its own neighbour.
 *
 * @param lists lists with k + 1 neighbours where k are wanted.
 * @param ownRows for each query the bank row that is the query itself, or −1.
 * @returns lists of k: without the query's own row, or, where that is absent, without the farthest.
 */
export function withoutSelf(lists: NeighbourLists, ownRows: ArrayLike<number>): NeighbourLists {
  const k = lists.k - 1;
  const count = lists.rows.length / lists.k;
  if (ownRows.length !== count) throw new ShapeError(`${count} queries but ${ownRows.length} own rows.`);
  const rows = new Int32Array(count * k);
  const similarities = new Float32Array(count * k);
  for (let query = 0; query < count; query++) {
    let kept = 0;
    for (let rank = 0; rank < lists.k && kept < k; rank++) {
      const from = query * lists.k + rank;
      if (lists.rows[from] === ownRows[query]) continue;
      rows[query * k + kept] = lists.rows[from]!;
      similarities[query * k + kept] = lists.similarities[from]!;
      kept++;
    }
  }
  return { k, rows, similarities };
}
