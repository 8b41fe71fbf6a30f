/** What a person is told of a batch in chunks before the run starts. */
import { largestHeldValues } from '#simclr/encoder/stage-memory.ts';
import { networkStages } from '#simclr/encoder/stages.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { Recipe } from '#simclr/recipe.ts';

type Precision = 'float32' | 'bfloat16';

const VALUE_BYTES: Readonly<Record<Precision, number>> = { float32: 4, bfloat16: 2 };

/** Bytes held beside one chunk's own work while batch norm goes over the whole batch; 0 for every other kind. */
export function heldActivationBytes(recipe: Recipe, precision: Precision): number {
  const plan = chunkPlan(recipe);
  if (plan === null || recipe.chunk.batchNorm === 'ghost') return 0;
  return largestHeldValues(networkStages(recipe)) * plan.batchViews * VALUE_BYTES[precision];
}

/** null for a batch that is computed whole. */
export function chunkNote(recipe: Recipe, precision: Precision): string | null {
  const plan = chunkPlan(recipe);
  if (plan === null) return null;
  const chunks = `The batch is computed in ${plan.count} chunks of ${recipe.chunk.images} images, each view compared with all others of the batch; the way forward is made twice, which takes a third more time than a whole batch would.`;
  const norm =
    recipe.chunk.batchNorm === 'ghost'
      ? 'Batch norm takes its statistics by chunk (ghost).'
      : `Batch norm takes its statistics over the whole batch (global): beside a chunk's own work ${gigabytes(heldActivationBytes(recipe, precision))} of activations are held.`;
  return `${chunks} ${norm}`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
