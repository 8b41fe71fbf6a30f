/** What a library keeps of images beside its database: thumbnails, vectors, pixels. Wired in `hosts/cli/image-traces.ts`. */

export interface ImageTraces {
  /** Writes down, durably, that these images are about to leave the database. */
  readonly note: (contentHashes: readonly string[]) => void;
  readonly noted: () => readonly string[];
  readonly strike: (contentHashes: readonly string[]) => void;
  /**
   * Takes away all there is of these images. Ended at any moment and done again, it does the rest.
   * @throws KindredError `disk.full` when there is no room to write what stays.
   */
  readonly erase: (contentHashes: readonly string[]) => Promise<void>;
}

/** Vectors as far as a run's end concerns them. */
export interface EncoderVectors {
  /** Keys that hold something. */
  readonly keys: () => readonly string[];
  /** Deletes all that a key holds. */
  readonly remove: (encoderKey: string) => void;
}
