/** What a pixel cache will take, before it is built. */

export interface OriginalSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Both sides scaled by the same factor so that the short one is at most `shortSide`; at least one pixel each. */
export function reducedSize(width: number, height: number, shortSide: number): { width: number; height: number } {
  const factor = shortSide / Math.min(width, height);
  if (factor >= 1) return { width, height };
  const scaled = (side: number): number => Math.max(1, Math.round(side * factor));
  return { width: scaled(width), height: scaled(height) };
}

/** Bytes on disk of the pixels of these images, without the index (60 bytes each). */
export function estimatePixelCacheBytes(images: Iterable<OriginalSize>, cacheSide: number): number {
  let bytes = 0;
  for (const { widthPx, heightPx } of images) {
    const { width, height } = reducedSize(widthPx, heightPx, cacheSide);
    bytes += 3 * width * height;
  }
  return bytes;
}
