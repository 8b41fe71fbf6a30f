import type { Recipe } from '../recipe.ts';

/** How a batch is cut into chunks. */
export interface ChunkPlan {
  /** 2 or more. */
  readonly count: number;
  /** Views in a chunk, twice its images. */
  readonly views: number;
  /** Views in the batch, 2N. */
  readonly batchViews: number;
  /** How often a step goes through its chunks, drawing their views: once forward, once back. */
  readonly passes: 2;
}

/** null: the batch is computed whole. */
export function chunkPlan({ batchSize, chunk }: Pick<Recipe, 'batchSize' | 'chunk'>): ChunkPlan | null {
  if (chunk.images === null) return null;
  const batchViews = 2 * batchSize;
  const views = 2 * chunk.images;
  if (batchViews % views !== 0 || batchViews === views) {
    throw new Error(`A batch of ${batchSize} images can't be cut into chunks of ${chunk.images}.`);
  }
  return { count: batchViews / views, views, batchViews, passes: 2 };
}
