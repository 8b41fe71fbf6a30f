import { createHash } from 'node:crypto';
import type { ImageFacts } from '#application/ports/images.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Plausible facts of an image that stands for some bytes and some pixels. */
export function imageFacts(bytes: string, pixels: string = bytes): ImageFacts {
  return {
    contentHash: hashOf(bytes),
    pixelHash: hashOf(`pixels of ${pixels}`),
    format: 'png',
    widthPx: 32,
    heightPx: 24,
    frames: 1,
    capturedAt: null,
    perceptualHash: hashOf(pixels).slice(0, 16),
    quality: { brightness: 0.5, contrast: 0.25, sharpness: 120, entropyBits: 7 },
    descriptor: Float32Array.of(1, 0, 0, 0),
  };
}
