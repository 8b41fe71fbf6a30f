import { RandomStream } from '#base/random.ts';

/**
 * The order of the jitter operations for each view of a step.
 *
 * Views are shuffled and dealt into groups of as many views as there are operations, M (four, as a rule). A group draws
 * one order; its views get that order and its M − 1 rotations. So for a single view all M! orders are equally likely,
 * and at each position each operation meets exactly 1 / M of the views. When M does not divide the number of views the
 * last group is short: its views get the first rotations, and a count differs from the others by one at most.
 *
 * @returns uint8 [viewCount, M], numbers of operations in the order they are applied.
 */
export function dealOrders(
  operations: readonly number[],
  seed: number,
  step: number,
  viewCount: number,
): Uint8Array<ArrayBuffer> {
  const size = operations.length;
  const orders = new Uint8Array(size * viewCount);
  if (size === 0) return orders;
  const views = new RandomStream(seed, 'jitter deal', step).permutation(viewCount);
  for (let first = 0; first < viewCount; first += size) {
    const order = new RandomStream(seed, 'jitter order', step, first / size).permutation(size);
    const inGroup = Math.min(size, viewCount - first);
    for (let rotation = 0; rotation < inGroup; rotation++) {
      const at = size * views[first + rotation]!;
      for (let position = 0; position < size; position++) {
        orders[at + position] = operations[order[(position + rotation) % size]!]!;
      }
    }
  }
  return orders;
}
