/** Pixels out of a pixel cache, whatever way they are kept: raw ones as they are, packed ones decoded by the decoders. */
import type { ImageDecoder } from '#application/ports/images.ts';
import type { PixelCacheReader } from './pixel-cache-reader.ts';
import { planesOf } from './planes.ts';

/** uint8 [3, height, width]. */
export interface CachedPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Above any side: a packed picture has been brought down already. */
const AS_IT_IS = 1_000_000;

export class PixelSource {
  readonly cache: PixelCacheReader;
  readonly #decoder: () => Pick<ImageDecoder, 'pixels'>;

  /** @param decoder asked for only when there is something packed. */
  constructor(cache: PixelCacheReader, decoder: () => Pick<ImageDecoder, 'pixels'>) {
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
    const { data } = await this.#decoder().pixels(bytes, AS_IT_IS);
    return { width, height, data: planesOf(data) };
  }
}
