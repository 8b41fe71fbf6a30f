/**
 * One checkpoint on disk: a folder `step-NNNNNNNNNNNN` with `weights.safetensors` (encoder and head),
 * `optimizer.safetensors` (slots) and `manifest.json` (step, time, numbers, and each file's size and SHA-256).
 *
 * C1  A folder of that name is complete: it was filled under another name, flushed to the disk file by file, and renamed.
 * C2  What is read equals what was written, or `checkpoint.damaged` is thrown: every byte lies under a checksum.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KindredError, messageOf } from '#base/errors.ts';
import type { Checkpoint, CheckpointMeta, StateArray, StateArrays } from '#training/ports.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

export const FORMAT_VERSION = 1;
const NAME = /^step-(\d{12})$/;
const OPTIMIZER_PREFIX = 'optimizer/';
const WEIGHTS_FILE = 'weights.safetensors';
const OPTIMIZER_FILE = 'optimizer.safetensors';
const MANIFEST_FILE = 'manifest.json';

interface FileEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface Manifest extends CheckpointMeta {
  readonly formatVersion: number;
  readonly files: readonly FileEntry[];
}

export function folderNameOf(step: number): string {
  return `step-${String(step).padStart(12, '0')}`;
}

/** The step a folder's name stands for, or null for any other name. */
export function stepOfFolderName(name: string): number | null {
  const match = NAME.exec(name);
  return match === null ? null : Number(match[1]);
}

/**
 * Writes `parent/step-…`, complete or not at all.
 *
 * @param temporary a folder name in `parent` nobody else uses; gone afterwards, whatever happens.
 * @returns bytes written.
 */
export async function writeCheckpointFolder(
  parent: string,
  checkpoint: Checkpoint,
  temporary: string,
): Promise<number> {
  const folder = join(parent, temporary);
  try {
    await mkdir(folder);
    const files: FileEntry[] = [];
    for (const [name, arrays] of splitState(checkpoint.state)) {
      const metadata = { format: 'kindred', step: String(checkpoint.meta.step) };
      files.push(await writeFlushed(folder, name, encodeSafetensors(arrays, metadata)));
    }
    const { step, epoch, elapsedMs, metrics } = checkpoint.meta;
    const manifest: Manifest = { formatVersion: FORMAT_VERSION, step, epoch, elapsedMs, metrics, files };
    const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
    const last = await writeFlushed(folder, MANIFEST_FILE, [text]);
    await flushFolder(folder);
    await rename(folder, join(parent, folderNameOf(step)));
    await flushFolder(parent);
    return [...files, last].reduce((total, file) => total + file.sizeBytes, 0);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Reads the manifest alone: quick, but only `readCheckpointFolder` proves the arrays. */
export function readManifest(folder: string): Manifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
  } catch (error) {
    throw damaged(folder, `its manifest cannot be read (${messageOf(error)})`);
  }
  if (!isManifest(manifest)) throw damaged(folder, 'its manifest is not understood');
  if (manifest.formatVersion > FORMAT_VERSION) {
    throw damaged(folder, `it has format ${manifest.formatVersion}, this version reads up to ${FORMAT_VERSION}`);
  }
  return manifest;
}

/** @throws KindredError `checkpoint.damaged` when any byte differs from what was written. */
export async function readCheckpointFolder(folder: string): Promise<Checkpoint> {
  const { step, epoch, elapsedMs, metrics, files } = readManifest(folder);
  const state = new Map<string, StateArray>();
  for (const name of [WEIGHTS_FILE, OPTIMIZER_FILE]) {
    const entry = files.find((file) => file.name === name);
    if (entry === undefined) throw damaged(folder, `its manifest does not name ${name}`);
    const bytes = await readProven(folder, entry);
    for (const [key, array] of decodeSafetensors(bytes, join(folder, name))) state.set(key, array);
  }
  return { meta: { step, epoch, elapsedMs, metrics }, state };
}

function isSlot(name: string): boolean {
  return name.startsWith(OPTIMIZER_PREFIX);
}

function splitState(state: StateArrays): readonly (readonly [string, StateArrays])[] {
  return [
    [WEIGHTS_FILE, new Map([...state].filter(([name]) => !isSlot(name)))],
    [OPTIMIZER_FILE, new Map([...state].filter(([name]) => isSlot(name)))],
  ];
}

async function writeFlushed(folder: string, name: string, pieces: readonly Uint8Array[]): Promise<FileEntry> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(join(folder, name), 'wx');
  try {
    for (const piece of pieces) {
      hash.update(piece);
      await file.writeFile(piece);
      sizeBytes += piece.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { name, sizeBytes, sha256: hash.digest('hex') };
}

/** Makes the names in a folder durable; Windows has no such call and needs none. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readProven(folder: string, entry: FileEntry): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, entry.name));
  } catch (error) {
    throw damaged(folder, `${entry.name} cannot be read (${messageOf(error)})`);
  }
  if (bytes.length !== entry.sizeBytes) {
    throw damaged(folder, `${entry.name} has ${bytes.length} of ${entry.sizeBytes} bytes`);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
    throw damaged(folder, `${entry.name} differs from its checksum`);
  }
  return bytes;
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const areNumbers = ['formatVersion', 'step', 'epoch', 'elapsedMs'].every((key) => Number.isFinite(fields.get(key)));
  const metrics = fields.get('metrics');
  const files = fields.get('files');
  return (
    areNumbers && typeof metrics === 'object' && metrics !== null && Array.isArray(files) && files.every(isFileEntry)
  );
}

function isFileEntry(value: unknown): value is FileEntry {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    typeof fields.get('name') === 'string' &&
    typeof fields.get('sha256') === 'string' &&
    Number.isSafeInteger(fields.get('sizeBytes'))
  );
}

function damaged(folder: string, why: string): KindredError {
  return new KindredError('checkpoint.damaged', `Checkpoint ${folder} is damaged: ${why}.`, { folder, why });
}
