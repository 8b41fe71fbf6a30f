/** Pixels out of a pixel cache, whatever way they are kept: raw ones as they are, packed ones decoded by the decoders. */
import type { PixelPacker } from '#application/ports/images.ts';
import type { PixelCacheReader } from './pixel-cache-reader.ts';
import { planesOf } from './planes.ts';

/** uint8 [3, height, width]. */
export interface CachedPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export class PixelSource {
  readonly cache: PixelCacheReader;
  readonly #decoder: () => Pick<PixelPacker, 'unpacked'>;

  /** @param decoder asked for only when there is something packed. */
  constructor(cache: PixelCacheReader, decoder: () => Pick<PixelPacker, 'unpacked'>) {
    this.cache = cache;
    this.#decoder = decoder;
  }

  /** In the order of the hashes. @throws KindredError `pixels.damaged`, `image.decoderDied`. */
  pixelsOf(contentHashes: readonly string[]): Promise<readonly CachedPixels[]> {
    return Promise.all(contentHashes.map((hash) => this.#one(hash)));
  }

  async #one(contentHash: string): Promise<CachedPixels> {
    const { bytes, encoding, width, height } = this.cache.keptOf(contentHash);
    if (encoding === 'raw') return { width, height, data: bytes };
    const { data } = await this.#decoder().unpacked(bytes);
    return { width, height, data: planesOf(data) };
  }
}
