/**
 * What the use cases need from the world of image files: finding them, and looking into them.
 * Implemented by `images/` (scan) and, across a process boundary, by the decoders (`hosts/decoder`).
 */

/** A regular file found below a root that looks like an image by its name. */
export interface ScannedFile {
  /** Absolute path, exactly the bytes the file system gave (no Unicode normalisation). */
  readonly path: string;
  /** Path below the root, separated by `/`. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, with its fraction. */
  readonly modifiedMs: number;
}

/** Something that is not right with one path; one row in a report, never the end of a job. */
export interface PathProblem {
  readonly path: string;
  /** Below the root, separated by `/`, where `path` does not say it. */
  readonly relativePath?: string;
  /** A key of the error catalogue, `image.…` or `folder.…`. */
  readonly code: string;
  /** What happened, with values and limits, and what to do. */
  readonly message: string;
}

export interface ScanBatch {
  readonly files: readonly ScannedFile[];
  readonly problems: readonly PathProblem[];
}

export interface FileScanner {
  /** Walks the folders; each file once, in a stable order; hidden files, thumbnails folders and the library itself left out. */
  readonly scan: (roots: readonly string[], signal: AbortSignal) => AsyncIterable<ScanBatch>;
}

/** Sees that something changed, not what: a scan finds that out. */
export interface FolderWatcher {
  /**
   * Watches a folder and all below it, until the returned function is called.
   *
   * @param onChange after pictures or folders came, went or changed; in bursts, and sometimes for nothing.
   * @param onGone the folder itself went; nothing is told any more.
   * @throws when the folder can't be watched: it is not there, or the system allows no more watching.
   */
  readonly watch: (folder: string, onChange: () => void, onGone: () => void) => Promise<() => Promise<void>>;
}

/** Simple measurements of a picture, each from its greyscale at 256 px on the long side at most. */
export interface ImageQuality {
  /** Mean luma in [0, 1]. */
  readonly brightness: number;
  /** Standard deviation of luma in [0, 0.5]. */
  readonly contrast: number;
  /** Variance of the Laplacian of 8-bit luma; low means blurred. */
  readonly sharpness: number;
  /** Entropy of the 256-bin luma histogram, in bits: 0 … 8. */
  readonly entropyBits: number;
}

/** All that is known of an image from its bytes alone. */
export interface ImageFacts {
  /** SHA-256 of the file's bytes, 64 hexadecimal digits: the image's identity. */
  readonly contentHash: string;
  /** SHA-256 of what decides the pixels (`images/decoding/pixel-hash.ts`); equal when only metadata differs. */
  readonly pixelHash: string;
  readonly format: string;
  /** Upright size (after EXIF orientation). */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Frames or pages; only the first is used. */
  readonly frames: number;
  /** Capture date from EXIF, ISO 8601 without zone, or null. */
  readonly capturedAt: string | null;
  /** pHash, 64 bits as 16 hexadecimal digits. */
  readonly perceptualHash: string;
  readonly quality: ImageQuality;
  /** The colour-and-shape descriptor that answers searches before any training; ℓ2-normalised float32. */
  readonly descriptor: Float32Array;
}

export type DescribeResult =
  { readonly path: string; readonly facts: ImageFacts } | { readonly path: string; readonly problem: PathProblem };

/** Pixels of one picture: uint8 RGB, row-major [height, width, 3]. */
export interface DecodedPixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array;
}

/** A part of the original to decode: upright pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ImageDecoder {
  /**
   * Looks into files, several at once; results come as they are ready, in any order, one for each path.
   * Writes `thumbnailFolder/<first two digits>/<contentHash>.webp` (at most 256 px, atomic) unless it is there.
   */
  readonly describe: (
    paths: Iterable<string> | AsyncIterable<string>,
    thumbnailFolder: string,
    signal: AbortSignal,
  ) => AsyncIterable<DescribeResult>;
  /**
   * The upright sRGB picture (alpha over white, first frame) with its short side brought down to `shortSide`
   * (antialiased; never enlarged), after cutting out `region` when one is given.
   * @param contentHash when given, a file that no longer has this hash is not decoded (`image.changed`).
   * @throws KindredError `image.…` when it can't be decoded; `usage.invalid` when the region lies outside the picture.
   */
  readonly pixels: (
    source: string | Uint8Array,
    shortSide: number,
    region?: Region,
    contentHash?: string,
  ) => Promise<DecodedPixels>;
  /** Ends the children. */
  readonly close: () => Promise<void>;
}

/** A picture as a file of its own, brought down already. */
export interface PackedPixels {
  readonly widthPx: number;
  readonly heightPx: number;
  /** WebP of quality 95. */
  readonly webp: Uint8Array;
}

/** Pixels to keep where room is short; implemented by the decoders too. */
export interface PixelPacker {
  /**
   * As `pixels`, packed; as they are where WebP can't hold them (a side above 16,383) or would be no smaller.
   * @throws KindredError as `pixels` does.
   */
  readonly packed: (path: string, shortSide: number, contentHash: string) => Promise<PackedPixels | DecodedPixels>;
  /** The pixels of a file that `packed` gave; quicker than `pixels`, for it knows what is in there. */
  readonly unpacked: (webp: Uint8Array) => Promise<DecodedPixels>;
}

/** Upright, in pixels. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Pictures for a window; implemented by the decoders too. */
export interface PictureEncoder {
  /** By the header alone. @throws KindredError `image.…` for a file that is no picture, or too large a one. */
  readonly size: (path: string) => Promise<PictureSize>;
  /**
   * The upright picture encoded anew as WebP, its longer side brought down to `longSide`: nothing of the original's
   * bytes is left in it.
   * @throws KindredError `image.…` when it can't be decoded.
   */
  readonly picture: (source: string | Uint8Array, longSide: number) => Promise<Uint8Array>;
}
