/**
 * How fast folders come in, and where the time goes: 12-megapixel JPEGs and CIFAR-size ones, made here or given.
 *
 *   npx node test/bench/import-speed.ts [--small DIR] [--photos 120] [--repeats 3] [--out FILE.json]
 *
 * Photos are 4,000 × 3,000: sample pictures enlarged side by side, with faint noise in every pixel, quality 88. Small
 * ones, unless given, are sample pictures at 32 × 32, quality 95. Medians of the command `import` into an empty library:
 * `filesPerSecond` by its own count, `withStart` from the process's start to its end. Stages are timed one file at a
 * time in one process with warm caches, by the functions that a decoder calls.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { describeColourAndShape } from '#images/measures/descriptor.ts';
import { HASHED_SIDE, perceptualHashOfSquare } from '#images/measures/perceptual-hash.ts';
import { lumaOf, resizeLanczosToSquare } from '#images/measures/pillow-resize.ts';
import { qualityOf } from '#images/measures/quality.ts';
import { readImageBytes } from '#images/decoding/read-bytes.ts';
import { look } from '#images/decoding/describe-image.ts';
import { openPicture } from '#images/decoding/picture.ts';
import { keepThumbnail } from '#images/decoding/thumbnail.ts';
import { contentHashOf } from '#images/hashes.ts';
import { defaultLimits } from '#images/limits.ts';
import { makePhotos, picturesBelow } from './make-photos.ts';

const CLI = new URL('../../src-main/hosts/cli/main.ts', import.meta.url).pathname;
const SAMPLE = join(import.meta.dirname, '..', '..', 'resources', 'sample');
const PHOTOS = { widthPx: 4000, heightPx: 3000, quality: 88 };
const SMALL_COUNT = 12_000;
const TIMED_FILES = 2000;
const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    small: { type: 'string' },
    photos: { type: 'string', default: '120' },
    repeats: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const samples = picturesBelow(SAMPLE);

async function makeSmall(folder: string, count: number): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const background = { r: i % 256, g: (i >> 4) % 256, b: (i >> 6) % 256 };
    const picture = sharp(samples[i % samples.length]!)
      .resize(32, 32)
      .flatten({ background });
    writeFileSync(join(folder, `${i}.jpg`), await picture.jpeg({ quality: 95 }).toBuffer());
  }
}

/** @returns files a second, of the command as a whole and by its own count. */
async function importOnce(folder: string): Promise<{ whole: number; own: number }> {
  const library = mkdtempSync(join(tmpdir(), 'kindred-import-'));
  try {
    const startMs = performance.now();
    const words = [CLI, 'import', folder, '--json', '--library', library];
    const { stdout } = await run(process.execPath, words, { maxBuffer: 2 ** 26 });
    const seconds = (performance.now() - startMs) / 1000;
    const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as { files: number; imagesPerSecond: number };
    return { whole: last.files / seconds, own: last.imagesPerSecond };
  } finally {
    rmSync(library, { recursive: true, force: true });
  }
}

/** @returns milliseconds a file, by stage. */
async function stagesOf(paths: readonly string[]): Promise<Record<string, number>> {
  const thumbnails = mkdtempSync(join(tmpdir(), 'kindred-thumbnails-'));
  const spent: Record<string, number> = {};
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const result = await work();
    spent[stage] = (spent[stage] ?? 0) + performance.now() - startMs;
    return result;
  };
  sharp.concurrency(1);
  sharp.cache(false);
  for (const path of paths) {
    const bytes = await timed('read', () => readImageBytes(path, defaultLimits));
    const hash = await timed('content hash', () => contentHashOf(bytes));
    const picture = await timed('header', () => openPicture(bytes, defaultLimits));
    const { sight } = await timed('decode', () => look(picture, hash));
    const { data, widthPx, heightPx } = sight;
    await timed('thumbnail', () => keepThumbnail(thumbnails, hash, sight));
    const [luma, square] = await timed('greyscale', () => {
      const plane = lumaOf(data);
      return [plane, resizeLanczosToSquare(plane, widthPx, heightPx, HASHED_SIDE)] as const;
    });
    await timed('perceptual hash', () => perceptualHashOfSquare(square));
    await timed('quality', () => qualityOf(luma, widthPx, heightPx));
    await timed('descriptor', () => describeColourAndShape(data, widthPx, heightPx, square));
  }
  rmSync(thumbnails, { recursive: true });
  return Object.fromEntries(
    Object.entries(spent).map(([stage, ms]) => [stage, Number((ms / paths.length).toFixed(4))]),
  );
}

const scratch = mkdtempSync(join(tmpdir(), 'kindred-import-speed-'));
const report: Record<string, unknown> = {
  machine: `${cpus()[0]!.model}, ${cpus().length} cores`,
  node: process.version,
};
try {
  const photos = join(scratch, 'photos');
  const small = values.small ?? join(scratch, 'small');
  await makePhotos(photos, { ...PHOTOS, count: Number(values.photos) });
  if (values.small === undefined) await makeSmall(small, SMALL_COUNT);
  for (const [name, folder] of Object.entries({ small, photos })) {
    const paths = picturesBelow(folder);
    const rates: { whole: number; own: number }[] = [];
    for (let i = 0; i < Number(values.repeats); i++) rates.push(await importOnce(folder));
    const median = (key: 'whole' | 'own'): number =>
      Number(
        rates
          .map((rate) => rate[key])
          .toSorted((a, b) => a - b)
          [rates.length >> 1]!.toFixed(1),
      );
    const meanBytes = Math.round(paths.reduce((sum, path) => sum + statSync(path).size, 0) / paths.length);
    const stagesMs = await stagesOf(paths.slice(0, TIMED_FILES));
    report[name] = {
      files: paths.length,
      meanBytes,
      filesPerSecond: median('own'),
      withStart: median('whole'),
      stagesMs,
    };
    console.log(name, JSON.stringify(report[name]));
  }
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
