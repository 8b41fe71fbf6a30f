/**
 * Which images a step sees. An epoch's order is a seeded permutation of the run's frozen list; its last partial batch
 * is dropped. Nothing is kept between steps, so any step can be planned by anyone (RECIPE: Batches).
 */
import { KindredError } from '#base/errors.ts';
import { RandomStream } from '#base/random.ts';

export interface BatchPlan {
  readonly imageCount: number;
  /** B: the wanted size, or fewer when the set is smaller. */
  readonly batchSize: number;
  /** Images of a chunk, at most half of B; null: the batch is computed whole. */
  readonly chunkImages: number | null;
  readonly stepsPerEpoch: number;
  /** Set when B was made smaller: what to tell the user. */
  readonly note: string | null;
}

/**
 * @param imageCount distinct images to train on.
 * @param wantedChunkImages images of a chunk where the batch is computed in chunks: B stays a multiple of it, and where there
 *   are too few images for two chunks a chunk becomes half of them.
 * @throws KindredError `dataset.empty` below 2: a single image has no other to be told apart from.
 */
export function planBatches(
  imageCount: number,
  wantedBatchSize: number,
  wantedChunkImages: number | null = null,
): BatchPlan {
  if (imageCount === 0) {
    throw new KindredError(
      'dataset.empty',
      'There is no image to train on: 0 readable images are in the training split. Import a folder with images, or see the problems of this dataset.',
      { imageCount, least: 2 },
    );
  }
  if (imageCount === 1) {
    throw new KindredError(
      'dataset.empty',
      'One image is not enough to train on: the views of an image are told apart from those of others, so at least 2 different images are needed. Add images and import again.',
      { imageCount, least: 2 },
    );
  }
  const most = Math.min(wantedBatchSize, imageCount);
  const chunkImages = wantedChunkImages === null ? null : Math.min(wantedChunkImages, Math.floor(most / 2));
  const batchSize = chunkImages === null ? most : most - (most % chunkImages);
  const note =
    batchSize < wantedBatchSize
      ? `The batch was made ${batchSize} images instead of ${wantedBatchSize}: there are only ${imageCount} different images.` +
        (imageCount < 64 ? ' With so few the encoder can learn little; a few hundred are a start.' : '')
      : null;
  return { imageCount, batchSize, chunkImages, stepsPerEpoch: Math.floor(imageCount / batchSize), note };
}

/** The order of an epoch: a permutation of 0 … imageCount − 1. */
export function epochOrder(imageCount: number, seed: number, epoch: number): Uint32Array {
  return new RandomStream(seed, 'epoch order', epoch).permutation(imageCount);
}

/** Gives the images of a step, remembering the order of the epoch it was last asked for. */
export class BatchOrder {
  readonly #plan: BatchPlan;
  readonly #seed: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(plan: BatchPlan, seed: number) {
    this.#plan = plan;
    this.#seed = seed;
  }

  /** @returns batchSize indices into the frozen list, each once within the step's epoch. */
  imagesOfStep(step: number): Uint32Array {
    const { imageCount, batchSize, stepsPerEpoch } = this.#plan;
    const epoch = Math.floor(step / stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#order = epochOrder(imageCount, this.#seed, epoch);
      this.#epoch = epoch;
    }
    const first = (step % stepsPerEpoch) * batchSize;
    return this.#order.subarray(first, first + batchSize);
  }
}
