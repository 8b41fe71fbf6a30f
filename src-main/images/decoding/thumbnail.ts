import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecodedPixels } from '#application/ports/images.ts';
import { pipelineOfRgb } from './picture.ts';

/** The longer side of a thumbnail, at most. */
export const THUMBNAIL_SIDE = 256;

let written = 0;

/** Where the thumbnail of an image lies below the folder of all. */
export function thumbnailPath(folder: string, contentHash: string): string {
  return join(folder, contentHash.slice(0, 2), `${contentHash}.webp`);
}

/**
 * Writes an image's thumbnail unless it is there: under another name first, then renamed, so that none is ever
 * half written. Not flushed to the disk: it can be made again; an empty one left by a power cut is replaced.
 *
 * @param picture at most 256 px on a side.
 */
export async function keepThumbnail(folder: string, contentHash: string, picture: DecodedPixels): Promise<void> {
  const path = thumbnailPath(folder, contentHash);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  const bytes = await pipelineOfRgb(picture).webp({ quality: 80, effort: 2 }).toBuffer();
  const temporary = `${path}.${process.pid}-${written++}`;
  try {
    writeFileSync(temporary, bytes);
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENOENT') throw error;
    mkdirSync(join(folder, contentHash.slice(0, 2)), { recursive: true });
    writeFileSync(temporary, bytes);
  }
  renameSync(temporary, path);
}
