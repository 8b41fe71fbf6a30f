/**
 * Multinomial logistic regression on vectors as they are (not standardised), fitted by L-BFGS.
 *
 * Same objective and same minimum as scikit-learn's `LogisticRegression(solver='lbfgs', C=1/(n·l2))`. Inside, rows are
 * centred and divided by one common scale: intercepts are not penalised, so centring only moves them, and one scale is
 * only a unit; both are taken back in the result.
 */
import { ShapeError } from '#base/shapes.ts';
import type { VectorTable } from '#base/vector-table.ts';
import { curvaturePreconditioner } from './curvature.ts';
import { checkLabelled, type LabelledVectors } from './labels.ts';
import { minimise } from './lbfgs.ts';
import { softmaxObjective, writeLogits } from './softmax-objective.ts';

export interface LogisticModel {
  readonly classCount: number;
  readonly dimensions: number;
  /** Float64 [classCount, dimensions + 1], row-major: a class's weights, then its intercept. */
  readonly parameters: Float64Array;
}

export interface LogisticFit {
  readonly model: LogisticModel;
  /** Mean cross-entropy in nats plus l2/2 · ‖W‖², at the model. */
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** False when `maxIterations` came first. */
  readonly converged: boolean;
}

export interface FitOptions {
  /** Largest element of the gradient, in units of centred and scaled vectors, at which to stop. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

/**
 * A training set made ready once, to be fitted for many strengths of the penalty.
 *
 * Holds a copy of the vectors: 4 · N · D bytes.
 */
export class LogisticRegression {
  readonly classCount: number;
  readonly #centred: VectorTable;
  readonly #labels: Int32Array;
  readonly #mean: Float64Array;
  readonly #scale: number;

  /** @throws as `checkLabelled`. */
  constructor(training: LabelledVectors, classCount: number) {
    checkLabelled('The training set', training, classCount);
    this.classCount = classCount;
    this.#labels = training.labels;
    const { table, mean, scale } = centre(training.vectors);
    this.#centred = table;
    this.#mean = mean;
    this.#scale = scale;
  }

  /** Mean variance of an element of the vectors: the natural unit of `l2`. */
  get variance(): number {
    return this.#scale ** 2;
  }

  /**
   * @param l2 strength of the penalty, ≥ 0, in units of the vectors' squared elements.
   * @param start a model to begin from; default: zeros.
   */
  fit(l2: number, start?: LogisticModel, options: FitOptions = {}): LogisticFit {
    const { dimensions } = this.#centred;
    const scaledL2 = l2 / this.variance;
    const from =
      start === undefined ? new Float64Array(this.classCount * (dimensions + 1)) : this.#toCentred(start.parameters);
    const found = minimise(softmaxObjective(this.#centred, this.#labels, this.classCount, scaledL2), from, {
      tolerance: options.tolerance ?? 1e-4,
      maxIterations: options.maxIterations ?? 500,
      memory: 10,
      precondition: curvaturePreconditioner(this.#centred, from, this.classCount, scaledL2),
    });
    const parameters = this.#fromCentred(found.parameters);
    const { value, iterations, evaluations, converged } = found;
    return {
      model: { classCount: this.classCount, dimensions, parameters },
      value,
      iterations,
      evaluations,
      converged,
    };
  }

  /** Parameters for (x − mean) / scale as parameters for x. */
  #fromCentred(centred: Float64Array): Float64Array {
    return this.#convert(centred, 1 / this.#scale, (weight, j) => -weight * this.#mean[j]!);
  }

  #toCentred(parameters: Float64Array): Float64Array {
    return this.#convert(parameters, this.#scale, (weight, j) => (weight / this.#scale) * this.#mean[j]!);
  }

  #convert(from: Float64Array, factor: number, shift: (weight: number, j: number) => number): Float64Array {
    const { dimensions } = this.#centred;
    const to = new Float64Array(from.length);
    for (let start = 0; start < from.length; start += dimensions + 1) {
      let intercept = from[start + dimensions]!;
      for (let j = 0; j < dimensions; j++) {
        const weight = from[start + j]! * factor;
        to[start + j] = weight;
        intercept += shift(weight, j);
      }
      to[start + dimensions] = intercept;
    }
    return to;
  }
}

/** Rows minus their mean, over the root of their mean variance (1 when all rows are equal). */
function centre(vectors: VectorTable): { table: VectorTable; mean: Float64Array; scale: number } {
  const { values, count, dimensions } = vectors;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < values.length; i++) mean[i % dimensions]! += values[i]! / count;
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - mean[i % dimensions]!) ** 2;
  const scale = Math.sqrt(square / values.length) || 1;
  const centred = values.map((value, i) => (value - mean[i % dimensions]!) / scale);
  return { table: { count, dimensions, values: centred }, mean, scale };
}

/** The most likely class of each row and the mean cross-entropy (NaN without labels). */
export interface LogisticJudgement {
  readonly predictions: Int32Array;
  /** Mean −ln p(label) in nats. */
  readonly logLoss: number;
}

/**
 * @param vectors [n, D] with the model's D. @param labels true classes, or nothing when only predictions are wanted.
 * @throws ShapeError when D differs.
 */
export function judgeByLogistic(
  model: LogisticModel,
  vectors: VectorTable,
  labels?: ArrayLike<number>,
): LogisticJudgement {
  const { classCount, dimensions, parameters } = model;
  if (vectors.dimensions !== dimensions) {
    throw new ShapeError(`The model takes ${dimensions} dimensions, the vectors have ${vectors.dimensions}.`);
  }
  const predictions = new Int32Array(vectors.count);
  const logits = new Float64Array(classCount);
  let loss = 0;
  for (let row = 0; row < vectors.count; row++) {
    writeLogits(vectors.values, row, 1, dimensions, parameters, classCount, logits);
    let best = 0;
    for (let c = 1; c < classCount; c++) if (logits[c]! > logits[best]!) best = c;
    predictions[row] = best;
    if (labels === undefined) continue;
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - logits[best]!), 0);
    loss += Math.log(sum) + logits[best]! - logits[labels[row]!]!;
  }
  return { predictions, logLoss: labels === undefined ? Number.NaN : loss / vectors.count };
}
