import { networkStages } from '#simclr/encoder/stages.ts';
import { largestHeldValues } from '#simclr/encoder/stage-memory.ts';
import type { Recipe } from '#simclr/recipe.ts';

export type Precision = 'float32' | 'bfloat16';

/** What is computed whole holds each stage and its normalised twin until the way back has passed; within a tenth of what is measured. */
const HELD_OF_EACH_STAGE = 2;
const VALUE_BYTES: Readonly<Record<Precision, number>> = { float32: 4, bfloat16: 2 };

/**
 * Bytes that activations take at once, on the way through the network and back: of the whole batch; of one chunk where
 * batch norm goes by chunk, as each is computed whole; of all views, a stage at a time, where it goes over the batch.
 */
export function activationBytes(recipe: Recipe, precision: Precision): number {
  const { batchSize, chunk } = recipe;
  const stages = networkStages(recipe);
  if (chunk.images !== null && chunk.batchNorm === 'global')
    return 2 * batchSize * largestHeldValues(stages) * VALUE_BYTES[precision];
  const all = stages.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return 2 * (chunk.images ?? batchSize) * HELD_OF_EACH_STAGE * all * VALUE_BYTES[precision];
}

/** How many times as long as whole batches a batch in chunks takes: measured, the last rows of `test/bench/results/speed.md`. */
export function chunkedTimes({ chunk }: Pick<Recipe, 'chunk'>): number {
  if (chunk.images === null) return 1;
  return chunk.batchNorm === 'ghost' ? 1.25 : 1.65;
}
