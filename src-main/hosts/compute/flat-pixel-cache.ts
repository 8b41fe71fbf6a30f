/** Decoded pixels of a run's images in one flat file with an index. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isKindredError, KindredError } from '#base/errors.ts';
import type { ImageDecoder, PathProblem } from '#application/ports/images.ts';
import type { PixelCacheBuilder } from '#application/ports/pixel-cache.ts';

interface Entry {
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly offset: number;
}

export function flatPixelCache(pixelsFolder: string, decoder: () => Promise<ImageDecoder>): PixelCacheBuilder {
  return {
    prepare: async (cacheSide, images, onProgress, signal) => {
      const digest = createHash('sha256')
        .update(images.map(({ contentHash }) => contentHash).join())
        .digest('hex');
      const folder = join(pixelsFolder, `flat-${cacheSide}-${digest.slice(0, 16)}`);
      if (existsSync(join(folder, 'index.json'))) return { folder, problems: [] };
      mkdirSync(folder, { recursive: true });
      const pool = await decoder();
      const file = openSync(join(folder, 'pixels.bin'), 'w');
      const entries: Entry[] = [];
      const problems: (PathProblem & { contentHash: string })[] = [];
      let offset = 0;
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < images.length) {
          if (signal.aborted) throw new KindredError('job.interrupted', 'Interrupted while decoding.');
          const { contentHash, path } = images[next++]!;
          try {
            const { widthPx, heightPx, data } = await pool.pixels(path, cacheSide);
            const planar = planarOf(data, widthPx * heightPx);
            writeSync(file, planar);
            entries.push({ hash: contentHash, width: widthPx, height: heightPx, offset });
            offset += planar.length;
          } catch (error) {
            if (!isKindredError(error)) throw error;
            problems.push({ contentHash, path, code: error.code, message: error.message });
          }
          onProgress({ done: entries.length + problems.length, total: images.length, sizeBytes: offset });
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      closeSync(file);
      writeFileSync(join(folder, '.index.new'), JSON.stringify(entries));
      renameSync(join(folder, '.index.new'), join(folder, 'index.json'));
      return { folder, problems };
    },
  };
}

function planarOf(data: Uint8Array, pixels: number): Uint8Array {
  const planar = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) planar[c * pixels + i] = data[3 * i + c]!;
  return planar;
}

export type PixelCacheReader = ReturnType<typeof openPixelCache>;

export function openPixelCache(folder: string) {
  const data = readFileSync(join(folder, 'pixels.bin'));
  const list = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Entry[];
  const entries = new Map(list.map((entry) => [entry.hash, entry]));
  const entryOf = (hash: string): Entry => entries.get(hash)!;
  return {
    largestLongSide: (hashes: readonly string[]) =>
      hashes.reduce((most, hash) => Math.max(most, entryOf(hash).width, entryOf(hash).height), 0),
    sizeOf: (hash: string) => ({ width: entryOf(hash).width, height: entryOf(hash).height }),
    pixelsOf: (hash: string) => {
      const { width, height, offset } = entryOf(hash);
      return { width, height, data: data.subarray(offset, offset + 3 * width * height) };
    },
    close: () => {},
  };
}
