/** Searching all stored vectors among what a filter leaves; implemented by `hosts/judging/library-search.ts`. */
import type { FileId, ImageId } from '#base/ids.ts';
import type { ListingFilter } from './listings.ts';

export interface RankQuestion {
  readonly encoderKey: string;
  /** [D], any length but 0. */
  readonly direction: Float32Array;
  /** Only images that a present file of these holds; files in other states are not looked at. */
  readonly filter: ListingFilter;
  /** Not among the matches, whatever they are like. */
  readonly without: readonly ImageId[];
  readonly top: number;
}

/** An image and how like the question it is. */
export interface RankedImage {
  readonly imageId: ImageId;
  /** The first file that passes the filter and holds the image. */
  readonly fileId: FileId;
  readonly contentHash: string;
  /** Cosine in [−1, 1]. */
  readonly score: number;
}

export interface Ranking {
  /** The most similar, best first, exactly; fewer than `top` where there are no more. */
  readonly matches: readonly RankedImage[];
  /** Images that pass the filter. */
  readonly passing: number;
  /** Of these, the ones with a vector. */
  readonly searched: number;
}

type Promised<T> = Promise<T> | T;

export interface SearchIndex {
  /** Vectors of images under a key, of any length, in the order asked for; null where there is none. */
  readonly vectorsOf: (encoderKey: string, imageIds: readonly ImageId[]) => Promised<readonly (Float32Array | null)[]>;
  /** How many images pass the filter, and how many of them have a vector. */
  readonly count: (
    encoderKey: string,
    filter: ListingFilter,
  ) => Promised<{ readonly passing: number; readonly searched: number }>;
  /** @throws KindredError `vectors.damaged`, `vectors.notFinite`. */
  readonly rank: (question: RankQuestion) => Promised<Ranking>;
}
