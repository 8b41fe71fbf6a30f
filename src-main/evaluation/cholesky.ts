/**
 * The lower triangle L with L·Lᵀ = matrix; what lies above the diagonal is not meaningful.
 *
 * @param matrix float64 [size, size], row-major, symmetric positive definite; overwritten and returned. A pivot that
 * rounding has made non-positive is replaced by a small one.
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      if (j < i) matrix[row + j] = sum / matrix[other + j]!;
      else matrix[row + i] = Math.sqrt(Math.max(sum, 1e-12 * Math.abs(matrix[row + i]!), Number.MIN_VALUE));
    }
  }
  return matrix;
}

/** Replaces `vector` [size] by the solution x of L·Lᵀ·x = vector. */
export function solveByCholesky(factor: Float64Array, size: number, vector: Float64Array): void {
  for (let i = 0; i < size; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * vector[k]!;
    vector[i] = sum / factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = vector[i]! / factor[i * size + i]!;
    vector[i] = value;
    for (let k = 0; k < i; k++) vector[k]! -= factor[i * size + k]! * value;
  }
}
