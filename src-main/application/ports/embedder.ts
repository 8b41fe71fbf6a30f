/** Encoding many images with a run's checkpoint; implemented by the compute host's client. */
import type { RunId } from '#base/ids.ts';

export interface EmbedRequest {
  readonly runId: RunId;
  /** Step of the checkpoint; null: the newest complete one. */
  readonly checkpointStep: number | null;
  /** Folder of a pixel cache that holds every image asked for. */
  readonly cacheFolder: string;
  /** What to encode, by content hash; vectors come in this order. */
  readonly contentHashes: readonly string[];
  /** h: the encoder's output. z: the head's. */
  readonly output: 'h' | 'z';
  /**
   * central: the evaluation transform, one vector an image. views: two views as in training, the same ones every time;
   * a batch then holds the first views of its images, and after them the second views in the same order.
   */
  readonly look: 'central' | 'views';
}

export interface EmbedResult {
  readonly checkpointStep: number;
  /** Length of a vector. */
  readonly dimensions: number;
}

export interface Embedder {
  /**
   * Encodes with batch norm in inference mode. Batches arrive in order: `vectors` is row-major float32
   * [count, dimensions] for contentHashes[first …]; count is twice the number of images for `views`. The next batch waits for `onBatch`, so what was stored when
   * a process dies is a prefix, and asking again for the rest goes on from there.
   * @throws KindredError `checkpoint.missing`, `checkpoint.damaged`, `compute.died`.
   */
  readonly embed: (
    request: EmbedRequest,
    onBatch: (first: number, vectors: Float32Array, dimensions: number) => Promise<void> | void,
    signal: AbortSignal,
  ) => Promise<EmbedResult>;
}
