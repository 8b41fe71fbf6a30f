/** The pixel cache as use cases need it: filled before training, by the decoders. Implemented by `images/pixel-cache/`. */
import type { PathProblem } from './images.ts';

export interface CachedImage {
  readonly contentHash: string;
  /** A file that holds the image. */
  readonly path: string;
}

export interface CacheProgress {
  readonly done: number;
  readonly total: number;
  readonly sizeBytes: number;
}

export interface PreparedCache {
  /** Folder of the cache; what a compute process opens. */
  readonly folder: string;
  /** Images that could not be decoded and are not in the cache. */
  readonly problems: readonly (PathProblem & { readonly contentHash: string })[];
}

export interface PixelCacheBuilder {
  /**
   * Sees to it that every image is in the cache with its short side brought down to `cacheSide`; what is there already
   * is not decoded again.
   * @throws KindredError `disk.full`, `job.interrupted`.
   */
  readonly prepare: (
    cacheSide: number,
    images: readonly CachedImage[],
    onProgress: (progress: CacheProgress) => void,
    signal: AbortSignal,
  ) => Promise<PreparedCache>;
}
