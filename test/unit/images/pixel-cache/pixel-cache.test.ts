import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { KindredError } from '#base/errors.ts';
import { RandomStream } from '#base/random.ts';
import type { DecodedPixels } from '#application/ports/images.ts';
import type { CacheProgress } from '#application/ports/pixel-cache.ts';
import { contentHashOf } from '#images/hashes.ts';
import { createPixelCacheBuilder } from '#images/pixel-cache/pixel-cache-builder.ts';
import { openPixelCache } from '#images/pixel-cache/pixel-cache-reader.ts';
import { estimatePixelCacheBytes } from '#images/pixel-cache/pixel-cache-size.ts';
import { withDecoders } from '#test/support/decoder-pool.ts';
import { temporaryFolders } from '#test/support/temporary-folder.ts';

const newFolder = temporaryFolders();
const never = new AbortController().signal;
const nothing = (): void => {};

const imageNumber = (i: number) => ({ contentHash: contentHashOf(Buffer.from(`image ${i}`)), path: `/${i}.png` });
const images = (count: number) => Array.from({ length: count }, (_, i) => imageNumber(i));

/** A decoder in memory: image i is (i mod 5) + 1 by 3 pixels of its own noise; it counts what it is asked. */
function countingDecoder(onDecode: (path: string) => void = nothing) {
  const asked: string[] = [];
  const pixels = async (source: string | Uint8Array): Promise<DecodedPixels> => {
    const path = String(source);
    asked.push(path);
    onDecode(path);
    return noise(Number.parseInt(path.slice(1), 10));
  };
  return { asked, pixels, packed: pixels };
}

function noise(i: number): DecodedPixels {
  const random = new RandomStream(1, 'pixels', i);
  const widthPx = (i % 5) + 1;
  return { widthPx, heightPx: 3, data: Uint8Array.from({ length: widthPx * 9 }, () => random.below(256)) };
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof KindredError ? error.code : error),
  );

describe('the pixel cache', () => {
  it('gives every image back, plane by plane', async () => {
    const decoder = countingDecoder();
    const { folder } = await createPixelCacheBuilder(newFolder(), decoder).prepare(40, images(100), nothing, never);
    const cache = openPixelCache(folder);
    expect(cache.cacheSide).toBe(40);
    for (const i of [0, 7, 99]) {
      const { widthPx, heightPx, data } = noise(i);
      const cached = cache.keptOf(imageNumber(i).contentHash);
      expect({ width: cached.width, height: cached.height }).toEqual({ width: widthPx, height: heightPx });
      const plane = (c: number) => Uint8Array.from({ length: widthPx * heightPx }, (_, p) => data[p * 3 + c]!);
      expect(cached.bytes).toEqual(new Uint8Array(Buffer.concat([plane(0), plane(1), plane(2)])));
      expect(cache.sizeOf(imageNumber(i).contentHash)).toMatchObject({ width: widthPx, height: heightPx });
    }
    expect(cache.largestLongSide(images(3).map(({ contentHash }) => contentHash))).toBe(3);
    expect(cache.largestLongSide(images(100).map(({ contentHash }) => contentHash))).toBe(5);
    cache.close();
  });

  it('decodes nothing twice, and an image that is asked for twice once', async () => {
    const decoder = countingDecoder();
    const builder = createPixelCacheBuilder(newFolder(), decoder);
    await builder.prepare(40, [...images(10), ...images(10)], nothing, never);
    await builder.prepare(40, images(12), nothing, never);
    expect(decoder.asked.toSorted()).toEqual(
      images(12)
        .map(({ path }) => path)
        .toSorted(),
    );
  });

  it('keeps what was done when stopped, and goes on from there', async () => {
    const stop = new AbortController();
    const pixelsFolder = newFolder();
    const decoder = countingDecoder((path) => path === '/60.png' && stop.abort());
    const builder = createPixelCacheBuilder(pixelsFolder, decoder);
    expect(await codeOf(builder.prepare(40, images(100), nothing, stop.signal))).toBe('job.interrupted');
    const before = decoder.asked.length;
    await builder.prepare(40, images(100), nothing, never);
    expect(before).toBeGreaterThan(60);
    expect(decoder.asked.length).toBeLessThan(170);
  });

  it('survives an end at any moment: partial segments and a half-written index are thrown away', async () => {
    const pixelsFolder = newFolder();
    const decoder = countingDecoder();
    const builder = createPixelCacheBuilder(pixelsFolder, decoder);
    const { folder } = await builder.prepare(40, images(10), nothing, never);
    writeFileSync(join(folder, 'segment-00002.pixels.partial'), 'half');
    writeFileSync(join(folder, 'segment-00003.pixels'), 'renamed, but not in the index');
    writeFileSync(join(folder, 'index.bin.new'), 'half');
    await builder.prepare(40, images(11), nothing, never);
    expect(decoder.asked).toHaveLength(11);
    expect(readdirSync(folder).toSorted()).toEqual(['index.bin', 'segment-00001.pixels', 'segment-00002.pixels']);
  });

  it('builds again what is missing or too short, and all without a whole index', async () => {
    const decoder = countingDecoder();
    const builder = createPixelCacheBuilder(newFolder(), decoder);
    const { folder } = await builder.prepare(40, images(10), nothing, never);
    truncateSync(join(folder, 'segment-00001.pixels'), 20);
    await builder.prepare(40, images(10), nothing, never);
    expect(decoder.asked).toHaveLength(20);
    appendFileSync(join(folder, 'index.bin'), 'x');
    expect(() => openPixelCache(folder)).toThrow(/no whole pixel cache/);
    await builder.prepare(40, images(10), nothing, never);
    expect(decoder.asked).toHaveLength(30);
  });

  it('does not hand out pixels that have changed on disk', async () => {
    const builder = createPixelCacheBuilder(newFolder(), countingDecoder());
    const { folder } = await builder.prepare(40, images(10), nothing, never);
    const path = join(folder, 'segment-00001.pixels');
    const bytes = readFileSync(path);
    bytes[0]! ^= 1;
    writeFileSync(path, bytes);
    const cache = openPixelCache(folder);
    const damaged = images(10).filter(({ contentHash }) => {
      try {
        return cache.keptOf(contentHash) === null;
      } catch (error) {
        return error instanceof KindredError && error.code === 'pixels.damaged';
      }
    });
    expect(damaged).toHaveLength(1);
    cache.close();
    rmSync(path);
    expect(() => openPixelCache(folder)).toThrow(/segment 1 cannot be opened/);
  });

  it('goes on past images that cannot be decoded and names them', async () => {
    const decoder = countingDecoder((path) => {
      if (path === '/3.png') throw new KindredError('image.vanished', 'gone');
    });
    const { folder, problems } = await createPixelCacheBuilder(newFolder(), decoder).prepare(
      40,
      images(5),
      nothing,
      never,
    );
    const { contentHash, path } = imageNumber(3);
    expect(problems).toEqual([{ contentHash, path, code: 'image.vanished', message: 'gone' }]);
    expect(openPixelCache(folder).has(contentHash)).toBe(false);
    expect(openPixelCache(folder).has(imageNumber(4).contentHash)).toBe(true);
  });

  it('reports progress up to the whole, with the bytes taken', async () => {
    const reports: CacheProgress[] = [];
    const builder = createPixelCacheBuilder(newFolder(), countingDecoder());
    const { folder } = await builder.prepare(40, images(50), (progress) => reports.push(progress), never);
    const sizeBytes = statSync(join(folder, 'segment-00001.pixels')).size;
    expect(reports[0]).toMatchObject({ done: 0, total: 50, sizeBytes: 0 });
    expect(reports.at(-1)).toMatchObject({ done: 50, total: 50, sizeBytes });
  });

  it('takes as many bytes as was said before, from real files; a changed file is not taken for the old one', async () => {
    const folder = newFolder();
    const sizes = [
      [100, 50],
      [30, 20],
      [64, 640],
    ] as const;
    const files = await Promise.all(
      sizes.map(async ([width, height], i) => {
        const path = join(folder, `${i}.png`);
        await sharp({ create: { width, height, channels: 3, background: '#fa0' } }).toFile(path);
        return { path, contentHash: contentHashOf(readFileSync(path)) };
      }),
    );
    await withDecoders(async (decoder) => {
      const builder = createPixelCacheBuilder(join(folder, 'pixels'), decoder);
      const prepared = await builder.prepare(40, files, nothing, never);
      const cache = openPixelCache(prepared.folder);
      expect(files.map(({ contentHash }) => cache.sizeOf(contentHash))).toMatchObject([
        { width: 80, height: 40 },
        { width: 30, height: 20 },
        { width: 40, height: 400 },
      ]);
      const expected = estimatePixelCacheBytes(
        sizes.map(([widthPx, heightPx]) => ({ widthPx, heightPx })),
        40,
      );
      expect(statSync(join(prepared.folder, 'segment-00001.pixels')).size).toBe(expected);
      writeFileSync(files[0]!.path, readFileSync(files[1]!.path));
      const again = await builder.prepare(32, files, nothing, never);
      expect(again.problems.map(({ code }) => code)).toEqual(['image.changed']);
    });
  });
});
