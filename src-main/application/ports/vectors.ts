/** Where embeddings and descriptors are kept, and how their neighbours are found; implemented by `vectors/`. */
import type { FindNeighbours } from '#base/neighbour-lists.ts';
import type { VectorTable } from '#base/vector-table.ts';

/** A vector of an image, by the hash of its bytes. */
export interface HashedVector {
  readonly contentHash: string;
  /** Float32, finite, of any length; a descriptor's length is 1. */
  readonly vector: Float32Array;
}

export interface VectorSink {
  /**
   * Keeps vectors under an encoder's key; durable when it returns. A hash that is there already is left as it is.
   * @throws KindredError when the length differs from what the key holds.
   */
  readonly append: (encoderKey: string, vectors: readonly HashedVector[]) => Promise<void> | void;
}

/** Everything stored under an encoder's key. */
export interface StoredEmbeddings {
  readonly encoderKey: string;
  /** [count, D], as the encoder gave them; not to be written to. */
  readonly vectors: VectorTable;
  /** Content hash of each row. */
  readonly hashes: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
}

export interface VectorSource {
  /** All that a key holds now, or null. @throws KindredError `vectors.damaged`. */
  readonly read: (encoderKey: string) => StoredEmbeddings | null;
  /** Those of the hashes that a key does not hold yet, each once, in their order. */
  readonly missing: (encoderKey: string, contentHashes: Iterable<string>) => readonly string[];
  /** Rows a key holds and how long they are, without reading them; null when it holds nothing. */
  readonly describe: (encoderKey: string) => { readonly count: number; readonly dimensions: number } | null;
}

export interface SimilaritySearch {
  /** Exact neighbours among vectors at hand. */
  readonly findNeighbours: FindNeighbours;
}

/** The key of the colour-and-shape descriptor that answers searches before any training. */
export const BASELINE_ENCODER_KEY = 'baseline-1';
