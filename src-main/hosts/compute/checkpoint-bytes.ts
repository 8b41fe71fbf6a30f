/** What checkpoints take, by the recipe alone. */
import { optimizerSlotSpecs, parameterSpecs } from '#simclr/parameters.ts';
import type { Recipe } from '#simclr/recipe.ts';

/** Kept at once at most: the last two, the best, the final; and the one being written. */
export const CHECKPOINTS_AT_ONCE = 5;
const VALUE_BYTES = 4;

/** Bytes of weights, statistics and optimizer slots of one checkpoint, without its manifest. */
export function checkpointBytes(recipe: Recipe): number {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, VALUE_BYTES);
  return [...parameterSpecs(recipe), ...optimizerSlotSpecs(recipe)].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
