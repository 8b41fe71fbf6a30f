/** Encoding a few pictures for a question: files outside the library, or parts of pictures. */
import type { RunId } from '#base/ids.ts';
import type { Region } from './images.ts';

export interface QueryPicture {
  readonly path: string;
  /** A part of it in upright pixels; null: all of it. */
  readonly region: Region | null;
}

/** Who answers: a run's checkpoint, or the colour-and-shape baseline. */
export type ChosenEncoder =
  | { readonly kind: 'run'; readonly runId: RunId; readonly runName: string; readonly checkpointStep: number }
  | { readonly kind: 'baseline' };

export interface QueryEncoder {
  /**
   * One vector [D] a picture, as the encoder's stored vectors were made.
   * @throws KindredError `image.…` for a picture that can't be decoded.
   */
  readonly encode: (
    encoder: ChosenEncoder,
    pictures: readonly QueryPicture[],
    signal: AbortSignal,
  ) => Promise<readonly Float32Array[]>;
}
