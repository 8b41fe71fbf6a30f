/** What a person is told of a batch in chunks before the run starts. */
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { activationBytes, chunkedTimes, type Precision } from './expected-memory.ts';

/**
 * null for a batch that is computed whole.
 *
 * @param precision null where it is not known yet: then the memory is said for the one that takes more.
 */
export function chunkNote(recipe: Recipe, precision: Precision | null): string | null {
  const plan = chunkPlan(recipe);
  if (plan === null) return null;
  const isGhost = recipe.chunk.batchNorm === 'ghost';
  const longer = Math.round(100 * (chunkedTimes(recipe) - 1));
  const chunks = `The batch is computed in ${plan.count} chunks of ${recipe.chunk.images} images, each view compared with all others of the batch; the way forward is made twice, which takes about ${longer} % longer than whole batches would.`;
  const held = `${precision === null ? 'up to ' : ''}${gigabytes(activationBytes(recipe, precision ?? 'float32'))} of activations of all views`;
  const norm = isGhost
    ? 'Batch norm takes its statistics by chunk (ghost).'
    : `Batch norm takes its statistics over the whole batch (global): beside a chunk's own work ${held} are held.`;
  return `${chunks} ${norm}`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
