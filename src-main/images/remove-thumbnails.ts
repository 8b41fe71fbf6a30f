import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Deletes at once; the system has few threads for files. */
const AT_ONCE = 64;

/**
 * Deletes `<folder>/<first two digits>/<contentHash>.webp` for each hash; those that are not there are no error. Stops
 * early when `signal` is aborted.
 */
export async function removeThumbnails(
  folder: string,
  contentHashes: readonly string[],
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let first = 0; first < contentHashes.length && !signal.aborted; first += AT_ONCE) {
    const some = contentHashes.slice(first, first + AT_ONCE);
    await Promise.all(some.map((hash) => rm(join(folder, hash.slice(0, 2), `${hash}.webp`), { force: true })));
    onProgress(Math.min(1, (first + AT_ONCE) / contentHashes.length));
  }
}
