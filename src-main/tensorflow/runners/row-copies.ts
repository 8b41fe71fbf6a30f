/** Copies between the rows of a whole batch and those of one chunk; row-major float32. */

/** Row i of `from` becomes row rows[i] of `to`. */
export function scatterRows(from: Float32Array, rows: Uint32Array, columns: number, to: Float32Array): void {
  rows.forEach((row, i) => to.set(from.subarray(i * columns, (i + 1) * columns), row * columns));
}

/** @returns row rows[i] of `from` as row i. */
export function gatherRows(from: Float32Array, rows: Uint32Array, columns: number): Float32Array {
  const result = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => result.set(from.subarray(row * columns, (row + 1) * columns), i * columns));
  return result;
}
