/**
 * What passes between the pool and a decoder child, over Node's channel with structured-clone serialization.
 *
 * A child says `ready` once, then answers every task exactly once, in any order, several answers in one message.
 */
import type { DecodedPixels, ImageFacts, PackedPixels, PictureSize, Region } from '#application/ports/images.ts';

export type DecoderWork =
  | { readonly kind: 'describe'; readonly path: string; readonly thumbnailFolder: string }
  | {
      readonly kind: 'pixels';
      readonly source: string | Uint8Array;
      readonly shortSide: number;
      readonly region: Region | null;
      /** The hash the bytes must have, if any. */
      readonly contentHash: string | null;
    }
  /** Pixels brought down, packed where that makes them smaller. */
  | { readonly kind: 'pack'; readonly source: string; readonly shortSide: number; readonly contentHash: string }
  /** What `pack` gave, as pixels again. */
  | { readonly kind: 'unpack'; readonly source: Uint8Array }
  /** Its upright size, by the header alone. */
  | { readonly kind: 'size'; readonly source: string }
  /** The picture anew as WebP, its longer side brought down to `longSide`. */
  | { readonly kind: 'picture'; readonly source: string | Uint8Array; readonly longSide: number };

/** The file or the bytes that a task looks at. */
export function sourceOf(work: DecoderWork): string | Uint8Array {
  return work.kind === 'describe' ? work.path : work.source;
}

export type DecoderOutcome =
  | { readonly kind: 'facts'; readonly facts: ImageFacts }
  | { readonly kind: 'pixels'; readonly pixels: DecodedPixels }
  | { readonly kind: 'packed'; readonly packed: PackedPixels }
  | { readonly kind: 'size'; readonly size: PictureSize }
  | { readonly kind: 'webp'; readonly bytes: Uint8Array }
  | { readonly kind: 'problem'; readonly code: string; readonly message: string };

export interface DecoderTask {
  readonly id: number;
  readonly work: DecoderWork;
}

/** Pool to child. */
export type DecoderRequest = readonly DecoderTask[];

/** Child to pool. */
export type DecoderReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly answers: readonly { readonly id: number; readonly outcome: DecoderOutcome }[] }
  | { readonly kind: 'overMemory'; readonly residentBytes: number };
