/**
 * Makes photo-sized JPEGs to measure with: sample pictures enlarged side by side, with faint noise in every pixel.
 *
 *   npm run bench -- make-photos DIR [--count 5000] [--width 1600] [--height 1200] [--quality 96]
 *
 * The same words make the same pictures. With these sizes a file is about 500 kB. They lie in DIR/train/CLASS, where
 * CLASS is the first picture's category.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type OverlayOptions } from 'sharp';
import { RandomStream } from '#base/random.ts';

export interface PhotoWish {
  readonly count: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly quality: number;
}

/** Of each channel of each pixel, either way. */
const NOISE = 12;
const TILES_ACROSS = 4;
const TILES_DOWN = 3;
const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');

/** Paths of all pictures below a folder, in order. */
export function picturesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(png|jpe?g)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** @param folder made if need be; pictures that are there already are kept. */
export async function makePhotos(folder: string, wish: PhotoWish): Promise<void> {
  const samples = picturesBelow(SAMPLE);
  const grain = grainOf(wish);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < wish.count) await makePhoto(folder, next++, samples, grain, wish);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

async function makePhoto(
  folder: string,
  index: number,
  samples: readonly string[],
  grain: OverlayOptions,
  { widthPx, heightPx, quality }: PhotoWish,
): Promise<void> {
  const random = new RandomStream(1, 'photos', index);
  const chosen = Array.from({ length: TILES_ACROSS * TILES_DOWN }, () => samples[random.below(samples.length)]!);
  const side = Math.ceil(Math.max(widthPx / TILES_ACROSS, heightPx / TILES_DOWN));
  const background = { r: random.below(256), g: random.below(256), b: random.below(256) };
  const into = join(folder, 'train', basename(dirname(chosen[0]!)));
  mkdirSync(into, { recursive: true });
  const path = join(into, `${index}.jpg`);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const tiles = await Promise.all(
    chosen.map(async (picture, place) => ({
      input: await sharp(picture).ensureAlpha().resize(side, side).raw().toBuffer(),
      raw: { width: side, height: side, channels: 4 as const },
      left: (place % TILES_ACROSS) * side,
      top: Math.floor(place / TILES_ACROSS) * side,
    })),
  );
  const empty = sharp({ create: { width: widthPx, height: heightPx, channels: 3, background } });
  await empty
    .composite([...tiles, grain])
    .jpeg({ quality })
    .toFile(path);
}

/** Noise laid over every picture; drawn once, as drawing it takes longer than all else. */
function grainOf({ widthPx: width, heightPx: height }: PhotoWish): OverlayOptions {
  const random = new RandomStream(1, 'grain');
  const noise = Buffer.alloc(width * height * 3);
  for (let at = 0; at < noise.length; at++) noise[at] = 128 + random.below(2 * NOISE + 1) - NOISE;
  return { input: noise, raw: { width, height, channels: 3 }, blend: 'soft-light' };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '5000' },
      width: { type: 'string', default: '1600' },
      height: { type: 'string', default: '1200' },
      quality: { type: 'string', default: '96' },
    },
  });
  const folder = positionals[0];
  if (folder === undefined) throw new Error('Name the folder to make them in.');
  const [count, widthPx, heightPx, quality] = [values.count, values.width, values.height, values.quality].map(Number);
  await makePhotos(folder, { count: count!, widthPx: widthPx!, heightPx: heightPx!, quality: quality! });
}
