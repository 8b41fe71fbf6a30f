/**
 * The loss that multinomial logistic regression minimises, with its gradient:
 *
 *   f(W, b) = 1/n Σ_i −ln softmax(W·x_i + b)[label_i] + l2/2 · ‖W‖²        (the intercepts b are not penalised)
 *
 * Parameters are float64 [C, D + 1], row-major: a class's D weights, then its intercept. Rows are worked through in
 * blocks that stay in cache, logits and gradient of a block together, so memory is read once an evaluation; inside,
 * two rows by four classes share their loads.
 */
import type { VectorTable } from '#base/vector-table.ts';

const BLOCK_ROWS = 32;

/** A function to minimise: returns its value at `parameters` and writes its gradient. */
export type Objective = (parameters: Float64Array, gradient: Float64Array) => number;

/**
 * @param vectors [n, D], n ≥ 1, finite.
 * @param labels class of each row, 0 … classCount − 1.
 * @param l2 ≥ 0; scikit-learn's C is 1 / (n · l2).
 */
export function softmaxObjective(
  vectors: VectorTable,
  labels: ArrayLike<number>,
  classCount: number,
  l2: number,
): Objective {
  const { values, count, dimensions } = vectors;
  const stride = dimensions + 1;
  const block = new Float64Array(BLOCK_ROWS * classCount);
  return (parameters, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let first = 0; first < count; first += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, count - first);
      writeLogits(values, first, rows, dimensions, parameters, classCount, block);
      loss += turnIntoResiduals(block, rows, classCount, labels, first);
      addGradient(values, first, rows, dimensions, block, classCount, gradient);
    }
    let penalty = 0;
    for (let c = 0; c < classCount; c++) {
      const start = c * stride;
      for (let j = start; j < start + dimensions; j++) {
        const weight = parameters[j]!;
        penalty += weight * weight;
        gradient[j] = gradient[j]! / count + l2 * weight;
      }
      gradient[start + dimensions]! /= count;
    }
    return loss / count + (l2 / 2) * penalty;
  };
}

/**
 * Logits of a block of rows: out[r, c] = W_c · x_{first + r} + b_c.
 *
 * @param values row-major [n, dimensions]. @param out row-major [rows, classCount] at least.
 */
export function writeLogits(
  values: Float32Array,
  first: number,
  rows: number,
  dimensions: number,
  parameters: Float64Array,
  classCount: number,
  out: Float64Array,
): void {
  const stride = dimensions + 1;
  for (let r = 0; r < rows; r += 2) {
    const x0 = (first + r) * dimensions;
    // An odd last row is worked through twice into the same place; so are the last classes.
    const other = r + 1 < rows ? r + 1 : r;
    const x1 = (first + other) * dimensions;
    for (let c = 0; c < classCount; c += 4) {
      const c1 = Math.min(c + 1, classCount - 1);
      const c2 = Math.min(c + 2, classCount - 1);
      const c3 = Math.min(c + 3, classCount - 1);
      const w0 = c * stride;
      const w1 = c1 * stride;
      const w2 = c2 * stride;
      const w3 = c3 * stride;
      let a0 = parameters[w0 + dimensions]!;
      let a1 = parameters[w1 + dimensions]!;
      let a2 = parameters[w2 + dimensions]!;
      let a3 = parameters[w3 + dimensions]!;
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      for (let j = 0; j < dimensions; j++) {
        const x = values[x0 + j]!;
        const y = values[x1 + j]!;
        const p = parameters[w0 + j]!;
        const q = parameters[w1 + j]!;
        const s = parameters[w2 + j]!;
        const t = parameters[w3 + j]!;
        a0 += x * p;
        a1 += x * q;
        a2 += x * s;
        a3 += x * t;
        b0 += y * p;
        b1 += y * q;
        b2 += y * s;
        b3 += y * t;
      }
      const top = r * classCount;
      const bottom = other * classCount;
      out[top + c] = a0;
      out[top + c1] = a1;
      out[top + c2] = a2;
      out[top + c3] = a3;
      out[bottom + c] = b0;
      out[bottom + c1] = b1;
      out[bottom + c2] = b2;
      out[bottom + c3] = b3;
    }
  }
}

/** Turns logits into softmax − one-hot in place. Returns the sum of the rows' cross-entropies, in nats. */
function turnIntoResiduals(
  block: Float64Array,
  rows: number,
  classCount: number,
  labels: ArrayLike<number>,
  first: number,
): number {
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const start = r * classCount;
    let largest = -Infinity;
    for (let c = start; c < start + classCount; c++) if (block[c]! > largest) largest = block[c]!;
    const own = start + labels[first + r]!;
    const ownLogit = block[own]!;
    let sum = 0;
    for (let c = start; c < start + classCount; c++) sum += block[c] = Math.exp(block[c]! - largest);
    for (let c = start; c < start + classCount; c++) block[c]! /= sum;
    block[own]! -= 1;
    loss += Math.log(sum) + largest - ownLogit;
  }
  return loss;
}

/** Adds Σ_r residual[r, c] · (x_r, 1) to each class's row of the gradient. */
function addGradient(
  values: Float32Array,
  first: number,
  rows: number,
  dimensions: number,
  residuals: Float64Array,
  classCount: number,
  gradient: Float64Array,
): void {
  const stride = dimensions + 1;
  for (let r = 0; r < rows; r += 4) {
    // Rows past the block's end are read from its first row with weight 0.
    const at = (i: number): number => (first + (r + i < rows ? r + i : r)) * dimensions;
    const weight = (i: number, c: number): number => (r + i < rows ? residuals[(r + i) * classCount + c]! : 0);
    const x0 = at(0);
    const x1 = at(1);
    const x2 = at(2);
    const x3 = at(3);
    for (let c = 0; c < classCount; c += 2) {
      const next = Math.min(c + 1, classCount - 1);
      const share = next === c ? 0 : 1;
      const p0 = weight(0, c);
      const p1 = weight(1, c);
      const p2 = weight(2, c);
      const p3 = weight(3, c);
      const q0 = share * weight(0, next);
      const q1 = share * weight(1, next);
      const q2 = share * weight(2, next);
      const q3 = share * weight(3, next);
      const g = c * stride;
      const h = next * stride;
      for (let j = 0; j < dimensions; j++) {
        const a = values[x0 + j]!;
        const b = values[x1 + j]!;
        const d = values[x2 + j]!;
        const e = values[x3 + j]!;
        gradient[g + j]! += p0 * a + p1 * b + p2 * d + p3 * e;
        gradient[h + j]! += q0 * a + q1 * b + q2 * d + q3 * e;
      }
      gradient[g + dimensions]! += p0 + p1 + p2 + p3;
      gradient[h + dimensions]! += q0 + q1 + q2 + q3;
    }
  }
}
