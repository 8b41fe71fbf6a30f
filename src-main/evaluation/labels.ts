import { KindredError } from '#base/errors.ts';
import { ShapeError } from '#base/shapes.ts';
import { checkFinite, type VectorTable } from '#base/vector-table.ts';

/** Vectors with the class of each row. */
export interface LabelledVectors {
  readonly vectors: VectorTable;
  /** Class of each row, 0 … classCount − 1. */
  readonly labels: Int32Array;
}

/**
 * Checks what every judgement by labels takes for granted.
 *
 * @throws KindredError `evaluation.empty` without rows, `vectors.notFinite`, `evaluation.tooFewClasses` when fewer than
 * two classes occur. @throws ShapeError when labels and rows differ in number or a label is outside 0 … classCount − 1.
 */
export function checkLabelled(what: string, { vectors, labels }: LabelledVectors, classCount: number): void {
  if (vectors.count === 0) {
    throw new KindredError('evaluation.empty', `${what} holds no images, so there is nothing to judge by.`, { what });
  }
  if (labels.length !== vectors.count) throw new ShapeError(`${what}: ${vectors.count} rows, ${labels.length} labels.`);
  checkFinite(what, vectors);
  const found = new Set(labels);
  for (const label of found) {
    if (label < 0 || label >= classCount)
      throw new ShapeError(`${what}: label ${label} is not in 0 … ${classCount - 1}.`);
  }
  if (found.size < 2) {
    throw new KindredError(
      'evaluation.tooFewClasses',
      `${what} holds images of ${found.size} class; telling classes apart needs at least 2. ` +
        'Give images of a second label, or judge by retrieval, which needs none.',
      { what, classes: found.size },
    );
  }
}

/** Rows of each class, in order of the rows: element c lists the rows whose label is c. */
export function rowsByClass(labels: ArrayLike<number>, classCount: number): number[][] {
  const rows = Array.from({ length: classCount }, (): number[] => []);
  for (let row = 0; row < labels.length; row++) rows[labels[row]!]!.push(row);
  return rows;
}
