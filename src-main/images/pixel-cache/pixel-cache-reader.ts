/**
 * Reads the pixel cache: any image by its content hash, from any thread.
 *
 * Bytes are read from the segment files on each request; the system's page cache keeps what is used in memory and
 * gives it back under pressure (an image of 32 px takes 4 µs). What is opened is the index of that moment with all its
 * segments: images added later are not seen, and a cache that is cleared meanwhile can be read to the end.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { KindredError } from '#base/errors.ts';
import { readPixelIndex, segmentPath, type CachedPlace, type PixelIndex } from './pixel-index.ts';
import type { KeptPixels } from './segment-writer.ts';

export interface CachedSize {
  readonly width: number;
  readonly height: number;
}

export interface PixelCacheReader {
  readonly cacheSide: number;
  readonly has: (contentHash: string) => boolean;
  /** @throws KindredError `pixels.damaged` when the image is not in the cache; so do the two below. */
  readonly sizeOf: (contentHash: string) => CachedSize;
  /** The longest side of any of these images; 1 for none. */
  readonly largestLongSide: (contentHashes: Iterable<string>) => number;
  /** In memory of its own. @throws KindredError `pixels.damaged` also when the bytes on disk have changed. */
  readonly keptOf: (contentHash: string) => KeptPixels;
  readonly close: () => void;
}

class SegmentReader implements PixelCacheReader {
  readonly #folder: string;
  readonly #index: PixelIndex;
  readonly #descriptors = new Map<number, number>();

  constructor(folder: string, index: PixelIndex) {
    this.#folder = folder;
    this.#index = index;
    for (const segment of index.segments.keys()) this.#descriptors.set(segment, this.#open(segment));
  }

  get cacheSide(): number {
    return this.#index.cacheSide;
  }

  has(contentHash: string): boolean {
    return this.#index.images.has(contentHash);
  }

  sizeOf(contentHash: string): CachedSize {
    return this.#placeOf(contentHash);
  }

  largestLongSide(contentHashes: Iterable<string>): number {
    let longest = 1;
    for (const hash of contentHashes) {
      const { width, height } = this.#placeOf(hash);
      longest = Math.max(longest, width, height);
    }
    return longest;
  }

  keptOf(contentHash: string): KeptPixels {
    const { segment, offset, length, encoding, width, height, checksum } = this.#placeOf(contentHash);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.#descriptors.get(segment)!, bytes, filled, length - filled, offset + filled);
      if (count === 0) throw this.#damaged(`segment ${segment} ends early`);
      filled += count;
    }
    if (crc32(bytes) !== checksum) throw this.#damaged(`image ${contentHash} has changed on disk`);
    return { bytes, encoding, width, height };
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }

  #placeOf(contentHash: string): CachedPlace {
    const place = this.#index.images.get(contentHash);
    if (place === undefined) throw this.#damaged(`image ${contentHash} is not in it`);
    return place;
  }

  #open(segment: number): number {
    try {
      return openSync(segmentPath(this.#folder, segment), 'r');
    } catch (error) {
      this.close();
      throw this.#damaged(`segment ${segment} cannot be opened`, error);
    }
  }

  #damaged(what: string, cause?: unknown): KindredError {
    const message = `The pixel cache in "${this.#folder}" is damaged: ${what}. Delete that folder; it is made again.`;
    return new KindredError('pixels.damaged', message, { folder: this.#folder }, cause);
  }
}

/** @throws KindredError `pixels.damaged` when the folder holds no whole index, or a segment of it is gone. */
export function openPixelCache(folder: string): PixelCacheReader {
  const index = readPixelIndex(folder);
  if (index === null) {
    const message = `There is no whole pixel cache in "${folder}". Delete that folder; it is made again.`;
    throw new KindredError('pixels.damaged', message, { folder });
  }
  return new SegmentReader(folder, index);
}
