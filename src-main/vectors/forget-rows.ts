/**
 * Taking rows out of an encoder's folder. Rows never change in place (E4), so the folder is written anew without them
 * and put in the old one's place:
 *
 *   KEY.kept  is filled                        a crash here: KEY is as it was, KEY.kept is thrown away
 *   KEY       is renamed to KEY.left           a crash here: KEY.kept is whole, and takes its place
 *   KEY.kept  is renamed to KEY                a crash here: KEY.left is thrown away
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { appendSteps, readHashes, readVectors } from './embedding-folder.ts';
import { readManifest, syncFolder, type Manifest } from './manifest.ts';
import { syncInTurns } from './sync-steps.ts';

/** Rows written before others get a turn. */
const PIECE_ROWS = 4096;
const KEPT = '.kept';
const LEFT = '.left';

/** @returns true when any of the rows was there; the folder is gone when none is left. */
export async function forgetRows(folder: string, encoderKey: string, gone: ReadonlySet<string>): Promise<boolean> {
  const manifest = readManifest(folder, encoderKey);
  if (manifest === null) return false;
  const hashes = readHashes(folder, manifest);
  const kept = hashes.flatMap((hash, row) => (gone.has(hash) ? [] : [row]));
  if (kept.length === hashes.length) return false;
  rmSync(folder + KEPT, { recursive: true, force: true });
  if (kept.length > 0) await copyRows(folder, manifest, hashes, kept);
  exchange(folder);
  return true;
}

async function copyRows(
  folder: string,
  manifest: Manifest,
  hashes: readonly string[],
  kept: readonly number[],
): Promise<void> {
  const { encoderKey, dimensions } = manifest;
  const vectors = readVectors(folder, manifest);
  let written: Manifest | null = null;
  for (let first = 0; first < kept.length; first += PIECE_ROWS) {
    const rows = kept.slice(first, first + PIECE_ROWS);
    const values = new Float32Array(rows.length * dimensions);
    rows.forEach((row, i) => values.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
    const piece = { hashes: rows.map((row) => hashes[row]!), values };
    written = await syncInTurns(appendSteps(folder + KEPT, encoderKey, dimensions, written, piece));
    await turn();
  }
}

function exchange(folder: string): void {
  renameSync(folder, folder + LEFT);
  if (existsSync(folder + KEPT)) renameSync(folder + KEPT, folder);
  syncFolder(join(folder, '..'));
  rmSync(folder + LEFT, { recursive: true, force: true });
}

/** Finishes or undoes what a process that died in `forgetRows` left. Only the writer of the folder may call it. */
export function settleFolders(parent: string): void {
  const names = existsSync(parent) ? readdirSync(parent) : [];
  for (const name of names.filter((one) => one.endsWith(KEPT))) {
    const folder = join(parent, name.slice(0, -KEPT.length));
    if (existsSync(folder)) rmSync(folder + KEPT, { recursive: true, force: true });
    else renameSync(folder + KEPT, folder);
  }
  for (const name of names.filter((one) => one.endsWith(LEFT))) {
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}
