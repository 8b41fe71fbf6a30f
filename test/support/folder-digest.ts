import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHashOf } from '#images/hashes.ts';

/**
 * Every file below a folder with the SHA-256 of its bytes. Left out are SQLite's shared memory and a write-ahead log
 * without a byte in it: whoever reads a database makes them, and they hold nothing of it.
 */
export function folderDigest(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  const read = paths.map((path) => [path, readFileSync(path)] as const);
  const kept = read.filter(([path, bytes]) => !path.endsWith('-shm') && !(path.endsWith('-wal') && bytes.length === 0));
  return Object.fromEntries(kept.map(([path, bytes]) => [path.slice(folder.length + 1), contentHashOf(bytes)]));
}
