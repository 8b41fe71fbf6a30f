/** Taking images out of all pixel caches of a library: segments that hold any of them are written anew without. */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isKindredError } from '#base/errors.ts';
import { sideFolders } from './cache-plan.ts';
import { inTurn } from './folder-turns.ts';
import { openPixelCache, type PixelCacheReader } from './pixel-cache-reader.ts';
import { segmentPath, writePixelIndex, type PixelIndex } from './pixel-index.ts';
import { recoverIndex } from './recover-index.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Images copied before others get a turn. */
const PIECE_IMAGES = 256;

/** Ended at any moment and done again, it does the rest. Whoever has a cache open reads on in what there was. */
export async function forgetPixels(pixelsFolder: string, contentHashes: ReadonlySet<string>): Promise<void> {
  await inTurn(pixelsFolder, async () => {
    for (const folder of sideFolders(pixelsFolder)) await forgetIn(folder, contentHashes);
  });
}

async function forgetIn(folder: string, gone: ReadonlySet<string>): Promise<void> {
  const index = recoverIndex(folder, Number(basename(folder).slice('side-'.length)));
  const touched = new Set<number>();
  for (const [hash, { segment }] of index.images) if (gone.has(hash)) touched.add(segment);
  if (touched.size === 0) return;
  const staying = [...index.images].filter(([hash]) => !gone.has(hash));
  if (staying.length === 0) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  const moving = staying.filter(([, { segment }]) => touched.has(segment)).map(([hash]) => hash);
  await moveImages(folder, index, moving);
  for (const hash of gone) index.images.delete(hash);
  for (const segment of touched) index.segments.delete(segment);
  writePixelIndex(folder, index);
  for (const segment of touched) rmSync(segmentPath(folder, segment), { force: true });
}

async function moveImages(folder: string, index: PixelIndex, hashes: readonly string[]): Promise<void> {
  const cache = openPixelCache(folder);
  const writer = new SegmentWriter(folder, index);
  try {
    for (const [i, hash] of hashes.entries()) {
      moveImage(cache, index, writer, hash);
      if (i % PIECE_IMAGES === 0) await turn();
    }
    writer.seal();
  } catch (error) {
    writer.discard();
    throw error;
  } finally {
    cache.close();
  }
}

/** One whose bytes are damaged is left behind: it is decoded again when it is needed. */
function moveImage(cache: PixelCacheReader, index: PixelIndex, writer: SegmentWriter, hash: string): void {
  try {
    writer.append(hash, cache.keptOf(hash));
  } catch (error) {
    if (!isKindredError(error)) throw error;
    index.images.delete(hash);
  }
}
