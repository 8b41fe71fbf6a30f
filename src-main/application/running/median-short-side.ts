import { type InPieces, visiting } from '../in-pieces.ts';
import type { DatasetImage } from '../ports/library.ts';

/**
 * Median of the shorter sides of the images, in pixels; null without any. The lower of the two in the middle where the
 * count is even.
 *
 * @param images by id; one that is in several splits counts once.
 */
export function* medianShortSide(images: readonly Pick<DatasetImage, 'imageId' | 'size'>[]): InPieces<number | null> {
  const countOf = new Map<number, number>();
  let count = 0;
  let lastId: number | null = null;
  yield* visiting(images, ({ imageId, size: { widthPx, heightPx } }) => {
    if (imageId === lastId) return;
    lastId = imageId;
    const side = Math.min(widthPx, heightPx);
    countOf.set(side, (countOf.get(side) ?? 0) + 1);
    count++;
  });
  let left = Math.ceil(count / 2);
  for (const [side, images] of [...countOf].sort(([a], [b]) => a - b)) if ((left -= images) <= 0) return side;
  return null;
}
