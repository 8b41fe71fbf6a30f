/**
 * `manifest.json` of an encoder's folder: how many rows count. Replaced atomically, so it is what an append commits by.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import { type SyncSteps, syncAtOnce } from './sync-steps.ts';

export interface Manifest {
  readonly formatVersion: 1;
  readonly encoderKey: string;
  readonly dimensions: number;
  /** Rows committed; whatever the files hold beyond is the rest of an append that did not finish. */
  readonly count: number;
}

const FILE = 'manifest.json';

/** @returns null when the folder holds none. @throws KindredError `vectors.damaged` for one that makes no sense. */
export function readManifest(folder: string, encoderKey: string): Manifest | null {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const manifest = parseManifest(text);
  if (manifest === null || manifest.encoderKey !== encoderKey) {
    throw damaged(folder, `${FILE} is not that of "${encoderKey}" in a version this Kindred knows`);
  }
  return manifest;
}

function parseManifest(text: string): Manifest | null {
  let found: Partial<Record<keyof Manifest, unknown>>;
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return null;
  }
  const { formatVersion, encoderKey, dimensions, count } = found ?? {};
  if (formatVersion !== 1 || typeof encoderKey !== 'string') return null;
  if (!Number.isSafeInteger(dimensions) || !Number.isSafeInteger(count)) return null;
  const sizes = { dimensions: dimensions as number, count: count as number };
  return sizes.dimensions >= 1 && sizes.count >= 0 ? { formatVersion, encoderKey, ...sizes } : null;
}

/** Replaces the manifest; after a crash it is the old one or the new one. */
export function* manifestSteps(folder: string, manifest: Manifest): SyncSteps<void> {
  const temporary = join(folder, `${FILE}.new`);
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, `${JSON.stringify(manifest)}\n`);
    yield file;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(folder, FILE));
  yield* folderSteps(folder);
}

/** Removes the manifest, and with it every row; the files may follow at leisure. */
export function removeManifest(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** Makes a rename or a new file in the folder durable, where the platform can. */
export function syncFolder(folder: string): void {
  syncAtOnce(folderSteps(folder));
}

function* folderSteps(folder: string): SyncSteps<void> {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    yield handle;
  } finally {
    closeSync(handle);
  }
}

export function damaged(folder: string, what: string): KindredError {
  return new KindredError(
    'vectors.damaged',
    `Embeddings in "${folder}" cannot be used: ${what}. Nothing precious is in there: delete the folder and embed again.`,
    { folder },
  );
}
