/** Two views of a representation on the unit sphere (Wang and Isola, 2020); both normalise their rows first. */
import { KindredError } from '#base/errors.ts';
import { ShapeError } from '#base/shapes.ts';
import { checkFinite, normaliseRows, type VectorTable } from '#base/vector-table.ts';

/**
 * Alignment: the mean squared distance between two views of an image, E‖u − u⁺‖².
 *
 * @param first [n, D], n ≥ 1. @param second [n, D]; row i is another view of row i of `first`.
 * @returns 0 (views coincide) … 4.
 */
export function alignmentOf(first: VectorTable, second: VectorTable): number {
  if (first.count !== second.count || first.dimensions !== second.dimensions) {
    throw new ShapeError(
      `Alignment needs tables of one shape; got [${first.count}, ${first.dimensions}] and ` +
        `[${second.count}, ${second.dimensions}].`,
    );
  }
  checkFinite('First views', first);
  checkFinite('Second views', second);
  if (first.count === 0) throw new KindredError('evaluation.empty', 'Alignment needs at least one pair of views.');
  const a = normaliseRows(first).values;
  const b = normaliseRows(second).values;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / first.count;
}

/**
 * Uniformity: ln of the mean over all pairs of different rows of exp(−2‖u − u′‖²); lower is more evenly spread.
 *
 * O(n²·D): give it a thousand rows or so.
 *
 * @param table [n, D], n ≥ 2.
 * @returns −8 … 0; 0 when all rows coincide.
 */
export function uniformityOf(table: VectorTable): number {
  if (table.count < 2) {
    throw new KindredError('evaluation.empty', `Uniformity needs at least 2 vectors; got ${table.count}.`);
  }
  checkFinite('Embeddings', table);
  const { values, count, dimensions } = normaliseRows(table);
  let sum = 0;
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let d = 0; d < dimensions; d++) square += (values[i * dimensions + d]! - values[j * dimensions + d]!) ** 2;
      sum += Math.exp(-2 * square);
    }
  }
  return Math.log(sum / ((count * (count - 1)) / 2));
}
