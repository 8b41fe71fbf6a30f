/**
 * The preconditioner of logistic regression: the curvature at a model, up to how classes mix.
 *
 * The Hessian's block of class c is Σ_i p_ic (1 − p_ic) x_i x_iᵀ / n + l2 · I. Here one block, the mean over classes,
 * stands for all of them: its inverse undoes the correlations of the vectors' elements, which are what makes plain
 * L-BFGS take hundreds of iterations on embeddings. A few thousand rows give it well enough: it changes the path,
 * never the minimum.
 */
import type { VectorTable } from '#base/vector-table.ts';
import { choleskyFactor, solveByCholesky } from './cholesky.ts';
import { writeLogits } from './softmax-objective.ts';

const MAX_ROWS = 5_000;

/**
 * Solves with the mean curvature, in place, for vectors laid out like the parameters: float64 [C, D + 1].
 *
 * @param vectors [n, D], centred, so that intercepts hardly mix with weights; at most 5,000 evenly spaced rows are used.
 * @param parameters float64 [C, D + 1], where the curvature is taken. @param l2 ≥ 0.
 */
export function curvaturePreconditioner(
  vectors: VectorTable,
  parameters: Float64Array,
  classCount: number,
  l2: number,
): (vector: Float64Array) => void {
  const { dimensions } = vectors;
  const { matrix, weight } = meanCurvature(vectors, parameters, classCount);
  let trace = 0;
  for (let j = 0; j < dimensions; j++) trace += matrix[j * dimensions + j]!;
  // Keeps the factorisation possible when l2 is tiny and elements depend on each other.
  const floor = 1e-7 * (trace / dimensions) + Number.MIN_VALUE;
  for (let j = 0; j < dimensions; j++) matrix[j * dimensions + j]! += l2 + floor;
  const factor = choleskyFactor(matrix, dimensions);
  return (vector) => {
    for (let c = 0; c < classCount; c++) {
      const start = c * (dimensions + 1);
      solveByCholesky(factor, dimensions, vector.subarray(start, start + dimensions));
      vector[start + dimensions]! /= weight;
    }
  };
}

/** The mean over classes of Σ_i p_ic (1 − p_ic) x_i x_iᵀ / n, float64 [D, D], and of Σ_i p_ic (1 − p_ic) / n. */
function meanCurvature(
  { values, count, dimensions }: VectorTable,
  parameters: Float64Array,
  classCount: number,
): { matrix: Float64Array; weight: number } {
  const matrix = new Float64Array(dimensions * dimensions);
  const logits = new Float64Array(classCount);
  const used = Math.min(count, MAX_ROWS);
  let weight = 0;
  for (let i = 0; i < used; i++) {
    const index = Math.floor((i * count) / used);
    writeLogits(values, index, 1, dimensions, parameters, classCount, logits);
    // Rows that the model is sure of still count a little, or the matrix would lose the directions only they span.
    const spread = Math.max(meanVariance(logits), 1e-4) / used;
    weight += spread;
    const row = index * dimensions;
    for (let a = 0; a < dimensions; a++) {
      const factor = values[row + a]! * spread;
      const start = a * dimensions;
      for (let b = 0; b <= a; b++) matrix[start + b]! += factor * values[row + b]!;
    }
  }
  for (let a = 0; a < dimensions; a++) {
    for (let b = 0; b < a; b++) matrix[b * dimensions + a] = matrix[a * dimensions + b]!;
  }
  return { matrix, weight };
}

/** Mean over classes of p(1 − p), p being the softmax of the logits. */
function meanVariance(logits: Float64Array): number {
  const largest = logits.reduce((best, logit) => Math.max(best, logit), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  const squares = logits.reduce((total, logit) => total + (Math.exp(logit - largest) / sum) ** 2, 0);
  return (1 - squares) / logits.length;
}
