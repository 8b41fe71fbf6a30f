import { ShapeError } from '#base/shapes.ts';

/** Share of predictions that equal the truth, in [0, 1]; NaN when there are none. */
export function accuracyOf(predictions: ArrayLike<number>, truth: ArrayLike<number>): number {
  if (predictions.length !== truth.length) {
    throw new ShapeError(`${predictions.length} predictions for ${truth.length} labels.`);
  }
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (predictions[i] === truth[i]) right++;
  return right / truth.length;
}

/**
 * How often class r was taken for class c.
 *
 * @returns counts, row-major [classCount, classCount]: row = truth, column = prediction.
 * @throws ShapeError when lengths differ or a class is outside 0 … classCount − 1.
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  truth: ArrayLike<number>,
  classCount: number,
): Int32Array {
  if (predictions.length !== truth.length) {
    throw new ShapeError(`${predictions.length} predictions for ${truth.length} labels.`);
  }
  const counts = new Int32Array(classCount * classCount);
  const isClass = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < classCount;
  for (let i = 0; i < truth.length; i++) {
    const row = truth[i]!;
    const column = predictions[i]!;
    if (!isClass(row) || !isClass(column)) {
      throw new ShapeError(`Row ${i}: classes ${row} and ${column} must lie in 0 … ${classCount - 1}.`);
    }
    counts[row * classCount + column]!++;
  }
  return counts;
}

/** Share of the most frequent class: what always giving the same answer would score. */
export function majorityShare(truth: ArrayLike<number>, classCount: number): number {
  const counts = new Int32Array(classCount);
  for (let i = 0; i < truth.length; i++) counts[truth[i]!]!++;
  return Math.max(...counts) / truth.length;
}
