/** How several examples become one question. */
import { KindredError } from '#base/errors.ts';

/** How much an image to steer away from counts against one to look like (Rocchio's γ / β, usually below 1). */
export const NEGATIVE_WEIGHT = 0.5;

/**
 * Mean of the positives minus half the mean of the negatives, each of length 1 before (Rocchio, "Relevance Feedback in
 * Information Retrieval", 1971).
 *
 * @param positives at least one vector [D]. @param negatives any number of vectors [D].
 * @returns [D]; its length says nothing.
 * @throws KindredError `search.noDirection` when nothing is left.
 */
export function queryDirection(positives: readonly Float32Array[], negatives: readonly Float32Array[]): Float32Array {
  const direction = new Float32Array(positives[0]?.length ?? 0);
  for (const vector of positives) addUnit(direction, vector, 1 / positives.length);
  for (const vector of negatives) addUnit(direction, vector, -NEGATIVE_WEIGHT / negatives.length);
  if (lengthOf(direction) < 1e-6) {
    throw new KindredError(
      'search.noDirection',
      `The ${positives.length} examples and ${negatives.length} counter-examples cancel each other out. ` +
        'Take one away, or give an example that is less like the rest.',
      { positives: positives.length, negatives: negatives.length },
    );
  }
  return direction;
}

function addUnit(direction: Float32Array, vector: Float32Array, weight: number): void {
  const factor = weight / (lengthOf(vector) || 1);
  for (let j = 0; j < direction.length; j++) direction[j]! += factor * vector[j]!;
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, element) => sum + element * element, 0));
}
