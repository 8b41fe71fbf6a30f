/** How a pixel cache will be kept, decided before it is built: what it may take, what has to go for it, and packed or not. */
import { existsSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CachedImage, CachePlan } from '#application/ports/pixel-cache.ts';
import { estimatePixelCacheBytes } from './pixel-cache-size.ts';
import { indexPath, type PixelIndex } from './pixel-index.ts';

const FREE_SHARE = 1 / 4;
const MOST_BYTES = 20e9;

interface SideCache {
  readonly folder: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
}

/**
 * Pixels stay raw while the cache fits the budget; caches of other sides make room first, those used longest ago
 * before the others. What does not fit even alone is packed.
 *
 * @param budgetBytes for all caches of the library; null: a quarter of what is free without them, 20 GB at most.
 */
export function planCache(
  pixelsFolder: string,
  folder: string,
  index: PixelIndex,
  missing: readonly CachedImage[],
  budgetBytes: number | null,
): CachePlan {
  const others = otherCaches(pixelsFolder, folder);
  const ownBytes = [...index.segments.values()].reduce((sum, length) => sum + length, 0);
  const budget = budgetBytes ?? defaultBudget(pixelsFolder, ownBytes + totalOf(others));
  const rawBytes =
    ownBytes +
    estimatePixelCacheBytes(
      missing.flatMap(({ size }) => size ?? []),
      index.cacheSide,
    );
  let evictedBytes = 0;
  for (const other of missing.length === 0 ? [] : others) {
    if (rawBytes + totalOf(others) - evictedBytes <= budget) break;
    rmSync(other.folder, { recursive: true, force: true });
    evictedBytes += other.sizeBytes;
  }
  return { rawBytes, budgetBytes: budget, evictedBytes, encoding: rawBytes > budget ? 'webp' : 'raw' };
}

function defaultBudget(pixelsFolder: string, cachedBytes: number): number {
  const { bavail, bsize } = statfsSync(pixelsFolder);
  return Math.min(MOST_BYTES, FREE_SHARE * (bavail * bsize + cachedBytes));
}

function totalOf(caches: readonly SideCache[]): number {
  return caches.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Caches beside this one, the one used longest ago first. */
function otherCaches(pixelsFolder: string, own: string): readonly SideCache[] {
  return sideFolders(pixelsFolder)
    .filter((folder) => folder !== own)
    .map((folder) => ({ folder, sizeBytes: sizeOf(folder), usedMs: usedMs(folder) }))
    .toSorted((a, b) => a.usedMs - b.usedMs);
}

/** Absolute folders of all caches below `pixels/`. */
export function sideFolders(pixelsFolder: string): readonly string[] {
  const names = existsSync(pixelsFolder) ? readdirSync(pixelsFolder) : [];
  return names.filter((name) => /^side-\d+$/.test(name)).map((name) => join(pixelsFolder, name));
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** The index is touched whenever a cache is prepared. */
function usedMs(folder: string): number {
  return statSync(indexPath(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
