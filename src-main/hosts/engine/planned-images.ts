/** What a plan needs to know of the images of a dataset, read once until a file changes. Lives in the index thread. */
import { freezeImages, imagesToCache } from '#application/running/freeze-images.ts';
import type { DatasetId } from '#base/ids.ts';
import type { LibraryIndex } from '#database/library-index.ts';
import { estimatePixelCacheBytes, type OriginalSize } from '#images/pixel-cache/pixel-cache-size.ts';

export interface PlannedCounts {
  /** That would be trained on. */
  readonly images: number;
  /** See `freezeImages`. */
  readonly notes: readonly string[];
  /** Of all pixels the run keeps, as long as they are not packed. */
  readonly pixelBytes: number;
}

interface Known extends Omit<PlannedCounts, 'pixelBytes'> {
  readonly datasetId: DatasetId;
  readonly version: number;
  readonly sizes: readonly OriginalSize[];
}

/** How many images there are, and about how large, does not depend on the run's. */
const ANY_SEED = 0;

export class PlannedImages {
  readonly #index: Pick<LibraryIndex, 'columns' | 'images'>;
  #newest: Known | null = null;

  constructor(index: Pick<LibraryIndex, 'columns' | 'images'>) {
    this.#index = index;
  }

  /** @throws KindredError `dataset.empty`. */
  of(datasetId: DatasetId, cacheSide: number): PlannedCounts {
    const { columns } = this.#index;
    columns.refresh();
    if (this.#newest?.datasetId !== datasetId || this.#newest.version !== columns.version)
      this.#newest = this.#read(datasetId, columns.version);
    const { images, notes, sizes } = this.#newest;
    return { images, notes, pixelBytes: estimatePixelCacheBytes(sizes, cacheSide) };
  }

  #read(datasetId: DatasetId, version: number): Known {
    const all = this.#index.images(datasetId);
    const frozen = freezeImages(all, ANY_SEED);
    const sizes = imagesToCache(all, frozen).map(({ size }) => size);
    return { datasetId, version, images: frozen.images.length, notes: frozen.notes, sizes };
  }
}
