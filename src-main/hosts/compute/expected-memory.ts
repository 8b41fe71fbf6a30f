import { networkStages } from '#simclr/encoder/stages.ts';
import { largestHeldValues } from '#simclr/encoder/stage-memory.ts';
import type { Recipe } from '#simclr/recipe.ts';

/** A batch computed whole holds each stage and its normalised twin until the way back has passed; within a tenth of what is measured. */
const HELD_OF_EACH_STAGE = 2;
const VALUE_BYTES = { float32: 4, bfloat16: 2 } as const;

/** Bytes that the values of one view take at once, on the way through the network and back. */
export function viewBytes(recipe: Recipe, precision: 'float32' | 'bfloat16'): number {
  const stages = networkStages(recipe);
  const all = stages.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const held = recipe.chunk.images === null ? HELD_OF_EACH_STAGE * all : largestHeldValues(stages);
  return held * VALUE_BYTES[precision];
}

/** Views whose values are held at once. */
export function viewsAtOnce({ batchSize, chunk }: Pick<Recipe, 'batchSize' | 'chunk'>): number {
  return 2 * (chunk.images ?? batchSize);
}
