/** The pixel cache as use cases need it: filled before training, by the decoders. Implemented by `images/pixel-cache/`. */
import type { PathProblem } from './images.ts';

export interface CachedImage {
  readonly contentHash: string;
  /** A file that holds the image. */
  readonly path: string;
  /** Of the original, upright; left out where nobody knows it. */
  readonly size?: { readonly widthPx: number; readonly heightPx: number };
}

/** How a cache is kept, decided before anything is decoded for it. */
export interface CachePlan {
  /** What it would take raw, with what is there already. */
  readonly rawBytes: number;
  /** What the caches of a library may take. */
  readonly budgetBytes: number;
  /** raw: three bytes a pixel. webp: files of quality 95, decoded again whenever they are needed. */
  readonly encoding: 'raw' | 'webp';
  /** Caches of other sides that had to go. */
  readonly evictedBytes: number;
}

export interface CacheProgress {
  readonly done: number;
  readonly total: number;
  /** Kept so far, of the images asked for. */
  readonly sizeBytes: number;
  readonly plan: CachePlan;
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
