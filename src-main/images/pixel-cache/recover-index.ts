import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isSegmentWhole, readPixelIndex, segmentPath, writePixelIndex, type PixelIndex } from './pixel-index.ts';

/** The index of a cache less what is not there, after throwing away files that no index knows. */
export function recoverIndex(folder: string, cacheSide: number): PixelIndex {
  const found = readPixelIndex(folder);
  const index = found?.cacheSide === cacheSide ? found : { cacheSide, segments: new Map(), images: new Map() };
  const before = index.segments.size;
  for (const [segment, length] of index.segments) {
    if (!isSegmentWhole(folder, segment, length)) index.segments.delete(segment);
  }
  if (index.segments.size === before) return withoutUnknown(folder, index);
  for (const [hash, place] of index.images) if (!index.segments.has(place.segment)) index.images.delete(hash);
  writePixelIndex(folder, index);
  return withoutUnknown(folder, index);
}

function withoutUnknown(folder: string, index: PixelIndex): PixelIndex {
  const known = new Set(Array.from(index.segments.keys(), (segment) => segmentPath(folder, segment)));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith('segment-') && !known.has(path)) rmSync(path, { force: true });
  }
  return index;
}
