import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  segmentPath,
  syncFolder,
  writePixelIndex,
  writeWhole,
  type CachedPlace,
  type PixelEncoding,
  type PixelIndex,
} from './pixel-index.ts';

/** A segment is closed at this length … */
const MAX_SEGMENT_BYTES = 256 * 2 ** 20;
/** … or this long after it was begun, so that a crash loses little. */
const MAX_SEGMENT_MS = 20_000;

/** An image as the cache keeps it. */
export interface KeptPixels {
  readonly bytes: Uint8Array;
  readonly encoding: PixelEncoding;
  readonly width: number;
  readonly height: number;
}

/**
 * Appends images to a pixel cache, segment by segment. An image counts from when its segment is sealed: the file
 * flushed and renamed, then the index replaced. A crash before leaves a `.partial` file that is thrown away.
 */
export class SegmentWriter {
  readonly #folder: string;
  readonly #index: PixelIndex;
  readonly #unsealed = new Map<string, CachedPlace>();
  #descriptor: number | null = null;
  #segment: number;
  #length = 0;
  #begunMs = 0;

  constructor(folder: string, index: PixelIndex) {
    this.#folder = folder;
    this.#index = index;
    this.#segment = Math.max(0, ...index.segments.keys()) + 1;
  }

  append(contentHash: string, { bytes, encoding, width, height }: KeptPixels): void {
    const isFull = this.#length > 0 && this.#length + bytes.length > MAX_SEGMENT_BYTES;
    if (isFull || (this.#descriptor !== null && performance.now() - this.#begunMs > MAX_SEGMENT_MS)) this.seal();
    if (this.#descriptor === null) {
      this.#descriptor = openSync(this.#partialPath, 'w');
      this.#begunMs = performance.now();
    }
    writeWhole(this.#descriptor, bytes);
    const place = { segment: this.#segment, offset: this.#length, length: bytes.length, checksum: crc32(bytes) };
    this.#unsealed.set(contentHash, { ...place, encoding, width, height });
    this.#length += bytes.length;
  }

  /** Puts what was appended on disk for good. */
  seal(): void {
    if (this.#descriptor === null) return;
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = null;
    renameSync(this.#partialPath, segmentPath(this.#folder, this.#segment));
    syncFolder(this.#folder);
    this.#index.segments.set(this.#segment, this.#length);
    for (const [hash, place] of this.#unsealed) this.#index.images.set(hash, place);
    writePixelIndex(this.#folder, this.#index);
    this.#unsealed.clear();
    this.#segment++;
    this.#length = 0;
  }

  /** Throws the unsealed segment away. */
  discard(): void {
    if (this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
    rmSync(this.#partialPath, { force: true });
    this.#unsealed.clear();
    this.#length = 0;
  }

  get #partialPath(): string {
    return `${segmentPath(this.#folder, this.#segment)}.partial`;
  }
}
