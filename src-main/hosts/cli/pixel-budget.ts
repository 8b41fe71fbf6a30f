import { KindredError } from '#base/errors.ts';

/**
 * What a library's pixel caches may take, by `KINDRED_PIXEL_CACHE_MB`; null: by the disk.
 *
 * @throws KindredError `usage.invalid` for anything but a number above 0.
 */
export function pixelBudgetBytes(environment: NodeJS.ProcessEnv = process.env): number | null {
  const text = environment['KINDRED_PIXEL_CACHE_MB'];
  if (text === undefined || text === '') return null;
  const megabytes = Number(text);
  if (megabytes > 0 && Number.isFinite(megabytes)) return megabytes * 1e6;
  throw new KindredError('usage.invalid', `KINDRED_PIXEL_CACHE_MB takes a number above 0, not "${text}".`, { text });
}
