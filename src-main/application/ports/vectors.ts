/** Where an import leaves descriptors; implemented by `vectors/`. */

/** A vector of an image, by the hash of its bytes. */
export interface HashedVector {
  readonly contentHash: string;
  /** ℓ2-normalised float32. */
  readonly vector: Float32Array;
}

export interface VectorSink {
  /**
   * Keeps vectors under an encoder's key; durable when it returns. A hash that is there already is left as it is.
   * @throws KindredError when the length differs from what the key holds.
   */
  readonly append: (encoderKey: string, vectors: readonly HashedVector[]) => Promise<void> | void;
}

/** The key of the colour-and-shape descriptor that answers searches before any training. */
export const BASELINE_ENCODER_KEY = 'baseline-1';
