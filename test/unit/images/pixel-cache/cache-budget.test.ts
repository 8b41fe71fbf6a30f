import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { CachedImage, CachePlan } from '#application/ports/pixel-cache.ts';
import { RandomStream } from '#base/random.ts';
import { contentHashOf } from '#images/hashes.ts';
import { forgetPixels } from '#images/pixel-cache/forget-pixels.ts';
import { createPixelCacheBuilder } from '#images/pixel-cache/pixel-cache-builder.ts';
import { openPixelCache } from '#images/pixel-cache/pixel-cache-reader.ts';
import { PixelSource } from '#images/pixel-cache/pixel-source.ts';
import { withDecoders } from '#test/support/decoder-pool.ts';
import { temporaryFolders } from '#test/support/temporary-folder.ts';

const newFolder = temporaryFolders();
const never = new AbortController().signal;
const SIDE = 48;
const RAW_BYTES = 3 * SIDE * SIDE;

/** Smooth pictures of 48 × 48, each different, as files. */
async function makePictures(count: number): Promise<CachedImage[]> {
  const folder = newFolder();
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const random = new RandomStream(3, 'colours', i);
      const data = Uint8Array.from({ length: 4 * 4 * 3 }, () => random.below(256));
      const path = join(folder, `${i}.png`);
      await sharp(data, { raw: { width: 4, height: 4, channels: 3 } })
        .resize(SIDE, SIDE, { kernel: 'cubic' })
        .toFile(path);
      return { path, contentHash: contentHashOf(readFileSync(path)), size: { widthPx: SIDE, heightPx: SIDE } };
    }),
  );
}

/** Prepares and returns what was planned, and the cache's folder. */
async function prepare(
  builder: ReturnType<typeof createPixelCacheBuilder>,
  side: number,
  images: readonly CachedImage[],
): Promise<{ folder: string; plan: CachePlan; sizeBytes: number }> {
  let told: { plan: CachePlan; sizeBytes: number } | null = null;
  const { folder, problems } = await builder.prepare(side, images, (progress) => (told = progress), never);
  expect(problems).toEqual([]);
  return { folder, ...told! };
}

const hashes = (images: readonly CachedImage[]): string[] => images.map(({ contentHash }) => contentHash);

describe('a pixel cache with a budget', () => {
  it('packs what does not fit, says so before, and gives back nearly the same pixels', async () => {
    const images = await makePictures(12);
    await withDecoders(async (decoders) => {
      const raw = await prepare(createPixelCacheBuilder(newFolder(), decoders), SIDE, images);
      expect(raw.plan).toMatchObject({ encoding: 'raw', rawBytes: 12 * RAW_BYTES });
      const packed = await prepare(createPixelCacheBuilder(newFolder(), decoders, 12 * RAW_BYTES - 1), SIDE, images);
      expect(packed.plan).toMatchObject({ encoding: 'webp', budgetBytes: 12 * RAW_BYTES - 1, evictedBytes: 0 });
      expect(packed.sizeBytes).toBeLessThan(raw.sizeBytes / 3);
      const [rawCache, packedCache] = [openPixelCache(raw.folder), openPixelCache(packed.folder)];
      const source = new PixelSource(packedCache, () => decoders);
      for (const [i, pixels] of (await source.pixelsOf(hashes(images))).entries()) {
        const { bytes } = rawCache.keptOf(images[i]!.contentHash);
        expect(pixels).toMatchObject({ width: SIDE, height: SIDE });
        const difference = pixels.data.reduce((sum, value, at) => sum + Math.abs(value - bytes[at]!), 0);
        expect(difference / bytes.length).toBeLessThan(4);
      }
      rawCache.close();
      packedCache.close();
    });
  });

  it('keeps what is there raw when later images have to be packed', async () => {
    const images = await makePictures(8);
    const folder = newFolder();
    await withDecoders(async (decoders) => {
      const builder = createPixelCacheBuilder(folder, decoders, 5 * RAW_BYTES);
      await prepare(builder, SIDE, images.slice(0, 4));
      const grown = await prepare(builder, SIDE, images);
      const cache = openPixelCache(grown.folder);
      expect(hashes(images).map((hash) => cache.keptOf(hash).encoding)).toEqual([
        ...Array.from({ length: 4 }, () => 'raw'),
        ...Array.from({ length: 4 }, () => 'webp'),
      ]);
      cache.close();
    });
  });

  it('lets caches of other sides go, those used longest ago first, and only as many as it takes', async () => {
    const images = await makePictures(4);
    const folder = newFolder();
    await withDecoders(async (decoders) => {
      const builder = createPixelCacheBuilder(folder, decoders, 9 * RAW_BYTES);
      for (const [side, usedSeconds] of [
        [47, 3000],
        [46, 1000],
        [45, 2000],
      ] as const) {
        const { folder: cache } = await prepare(createPixelCacheBuilder(folder, decoders), side, images.slice(0, 2));
        utimesSync(join(cache, 'index.bin'), usedSeconds, usedSeconds);
      }
      const oldest = readdirSync(join(folder, 'side-46'))
        .map((name) => statSync(join(folder, 'side-46', name)).size)
        .reduce((a, b) => a + b);
      const { plan } = await prepare(builder, SIDE, images);
      expect(plan).toMatchObject({ encoding: 'raw', evictedBytes: oldest });
      expect(readdirSync(folder).toSorted()).toEqual(['side-45', 'side-47', `side-${SIDE}`]);
    });
  });

  it('builds sides one after the other, so that none makes room by one that is being built', async () => {
    const images = await makePictures(6);
    const folder = newFolder();
    await withDecoders(async (decoders) => {
      const builders = [46, 47, SIDE].map((side) => ({
        side,
        builder: createPixelCacheBuilder(folder, decoders, 7 * RAW_BYTES),
      }));
      const built = await Promise.all(builders.map(({ side, builder }) => prepare(builder, side, images)));
      expect(built.map(({ plan }) => plan.encoding)).toEqual(['raw', 'raw', 'raw']);
      expect(readdirSync(folder)).toEqual([`side-${SIDE}`]);
      const cache = openPixelCache(built[2]!.folder);
      expect(hashes(images).every((hash) => cache.has(hash))).toBe(true);
      cache.close();
    });
  });

  it('forgets images for good, keeps the others, and whoever has it open reads on', async () => {
    const images = await makePictures(6);
    const folder = newFolder();
    await withDecoders(async (decoders) => {
      const builder = createPixelCacheBuilder(folder, decoders);
      const { folder: cacheFolder } = await prepare(builder, SIDE, images.slice(0, 3));
      await prepare(builder, SIDE, images);
      const before = openPixelCache(cacheFolder);
      const [first, second] = hashes(images) as [string, string];
      const bytes = before.keptOf(first).bytes;
      await forgetPixels(folder, new Set([first]));
      const after = openPixelCache(cacheFolder);
      expect(hashes(images).map((hash) => after.has(hash))).toEqual([false, true, true, true, true, true]);
      expect(after.keptOf(second).bytes).toEqual(before.keptOf(second).bytes);
      expect(before.keptOf(first).bytes).toEqual(bytes);
      const onDisk = readdirSync(cacheFolder).map((name) => readFileSync(join(cacheFolder, name)));
      expect(onDisk.some((file) => file.includes(Buffer.from(bytes.subarray(0, 64))))).toBe(false);
      after.close();
      before.close();
      await forgetPixels(folder, new Set(hashes(images)));
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});
