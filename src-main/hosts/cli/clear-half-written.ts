/**
 * Files that a process killed with −9 was writing: never taken for whole ones, so only in the way. Looked for by whoever
 * takes a library after a holder that did not let go of it.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryLayout } from '#application/library-layout.ts';
import { isRunId } from '#base/ids.ts';
import { isRunHeld } from '#hosts/compute/run-lock.ts';

/** What others of the same user may be using is younger than this. */
const SCRATCH_OLD_MS = 3_600_000;

export function clearHalfWritten({ thumbnails, pixels, runs }: LibraryLayout): void {
  clearBelow(thumbnails, (name) => !name.endsWith('.webp'));
  clearBelow(pixels, (name) => name.endsWith('.partial') || name.endsWith('.new'));
  for (const id of namesIn(runs).filter(isRunId)) {
    if (!isRunHeld(join(runs, id))) clear(join(runs, id, 'checkpoints'), (name) => /^\.(new|old)-/.test(name));
  }
  clear(tmpdir(), isOldScratch);
}

/** In each folder of a folder. */
function clearBelow(folder: string, isHalfWritten: (name: string) => boolean): void {
  for (const name of namesIn(folder)) clear(join(folder, name), isHalfWritten);
}

function clear(folder: string, isHalfWritten: (name: string) => boolean): void {
  for (const name of namesIn(folder).filter(isHalfWritten)) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Graphs on their way to TensorFlow, and pictures of a search: gone within seconds unless their process was killed. */
function isOldScratch(name: string): boolean {
  if (!/^kindred-(graph|query)-/.test(name)) return false;
  const stats = statSync(join(tmpdir(), name), { throwIfNoEntry: false });
  return stats !== undefined && stats.uid === process.getuid?.() && Date.now() - stats.mtimeMs > SCRATCH_OLD_MS;
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
}
