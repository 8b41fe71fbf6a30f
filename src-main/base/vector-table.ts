import { KindredError } from './errors.ts';
import { ShapeError } from './shapes.ts';

/** Vectors of one length, one a row. */
export interface VectorTable {
  /** Number of rows, N ≥ 0. */
  readonly count: number;
  /** Length of each row, D ≥ 1. */
  readonly dimensions: number;
  /** Row-major float32 [count, dimensions]. */
  readonly values: Float32Array;
}

/** @throws ShapeError when `values` is not a whole number of rows. */
export function vectorTable(values: Float32Array, dimensions: number): VectorTable {
  if (!Number.isInteger(dimensions) || dimensions < 1 || values.length % dimensions !== 0) {
    throw new ShapeError(`${values.length} values are not a whole number of rows of ${dimensions}.`);
  }
  return { count: values.length / dimensions, dimensions, values };
}

/** The values of one row, without a copy. */
export function rowOf(table: VectorTable, row: number): Float32Array {
  return table.values.subarray(row * table.dimensions, (row + 1) * table.dimensions);
}

/** A table of the given rows in the given order, copied. */
export function takeRows(table: VectorTable, rows: ArrayLike<number>): VectorTable {
  const values = new Float32Array(rows.length * table.dimensions);
  for (let i = 0; i < rows.length; i++) values.set(rowOf(table, rows[i]!), i * table.dimensions);
  return { count: rows.length, dimensions: table.dimensions, values };
}

/** @throws KindredError `vectors.notFinite` naming the first row that holds NaN or an infinity. */
export function checkFinite(what: string, table: VectorTable): void {
  const { values, dimensions } = table;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue;
    const row = Math.floor(i / dimensions);
    throw new KindredError(
      'vectors.notFinite',
      `${what}: row ${row} of ${table.count} holds ${values[i]} at position ${i % dimensions} of ${dimensions}. ` +
        'The encoder that made it has probably diverged; use an earlier checkpoint.',
      { row, position: i % dimensions, count: table.count },
    );
  }
}

/**
 * Divides each row by its ℓ2 length; a row of zeros stays as it is (its cosine with anything is then 0).
 *
 * @param into where to write; `table.values` itself is allowed. Default: a new array.
 */
export function normaliseRows(
  table: VectorTable,
  into: Float32Array = new Float32Array(table.values.length),
): VectorTable {
  const { values, dimensions, count } = table;
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let square = 0;
    for (let j = start; j < start + dimensions; j++) square += values[j]! * values[j]!;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = start; j < start + dimensions; j++) into[j] = values[j]! * scale;
  }
  return { count, dimensions, values: into };
}
