/** What a library keeps of images beside its database: thumbnails, vectors, pixels. Wired in `hosts/cli/image-traces.ts`. */

export interface ImageTraces {
  /**
   * Takes away all there is of these images. Ended at any moment and done again, it does the rest.
   * @param onProgress told the share that is done, in [0, 1].
   * @param signal stops it early when aborted.
   * @throws KindredError `disk.full` when there is no room to write what stays.
   */
  readonly erase: (
    contentHashes: readonly string[],
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** Vectors as far as a run's end concerns them. */
export interface EncoderVectors {
  /** Keys that hold something. */
  readonly keys: () => readonly string[];
  /** Deletes all that a key holds. */
  readonly remove: (encoderKey: string) => void;
}
