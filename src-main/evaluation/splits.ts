/** Seeded choices of rows by class: the same seed and labels give the same rows, whatever else is drawn. */
import { RandomStream } from '#base/random.ts';
import { rowsByClass } from './labels.ts';

export interface HoldOut {
  /** Rows kept for training, ascending. */
  readonly train: Int32Array;
  /** Rows held out, ascending. */
  readonly heldOut: Int32Array;
}

/**
 * Holds out the given share of every class.
 *
 * Of a class with n rows, round(n · fraction) are held out, but at least one stays in training, and at least one is
 * held out where n ≥ 2. Each class is shuffled by its own stream, so adding a class leaves the others' choice alone.
 *
 * @param fraction in (0, 1).
 */
export function stratifiedHoldOut(
  labels: ArrayLike<number>,
  classCount: number,
  fraction: number,
  seed: number,
): HoldOut {
  const train: number[] = [];
  const heldOut: number[] = [];
  rowsByClass(labels, classCount).forEach((rows, label) => {
    const order = new RandomStream(seed, 'evaluation/hold-out', label).permutation(rows.length);
    const wanted = Math.min(Math.max(Math.round(rows.length * fraction), 1), rows.length - 1);
    order.forEach((at, rank) => (rank < wanted ? heldOut : train).push(rows[at]!));
  });
  return { train: Int32Array.from(train).sort(), heldOut: Int32Array.from(heldOut).sort() };
}

/** Holds out the given share of rows without labels: round(count · fraction), at least 1 and at most count − 1. */
export function seededHoldOut(count: number, fraction: number, seed: number): HoldOut {
  return stratifiedHoldOut(new Int32Array(count), 1, fraction, seed);
}

/**
 * A class-balanced subset for semi-supervised judging: the same number of rows of every class.
 *
 * That number is round(fraction · rows / classes), at least 1; a class with fewer rows gives all it has.
 *
 * @param fraction of all rows, in (0, 1]: 0.01 and 0.1 in the protocol.
 * @returns rows, ascending. A larger fraction with the same seed contains the smaller one's rows.
 */
export function classBalancedSubset(
  labels: ArrayLike<number>,
  classCount: number,
  fraction: number,
  seed: number,
): Int32Array {
  const classes = rowsByClass(labels, classCount);
  const present = classes.filter((rows) => rows.length > 0).length;
  const each = Math.max(Math.round((fraction * labels.length) / Math.max(present, 1)), 1);
  const chosen = classes.flatMap((rows, label) => {
    const order = new RandomStream(seed, 'evaluation/class-balanced', label).permutation(rows.length);
    return [...order.subarray(0, each)].map((at) => rows[at]!);
  });
  return Int32Array.from(chosen).sort();
}
