import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Deletes `<folder>/<first two digits>/<contentHash>.webp` for each hash; those that are not there are no error. */
export function removeThumbnails(folder: string, contentHashes: readonly string[]): void {
  for (const hash of contentHashes) rmSync(join(folder, hash.slice(0, 2), `${hash}.webp`), { force: true });
}
