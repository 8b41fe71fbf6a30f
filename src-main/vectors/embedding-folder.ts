/**
 * One encoder's embeddings on disk: `vectors.npy` float32 [count, D], `hashes.npy` the images' content hashes in the
 * same order, and `manifest.json`. Both arrays open in NumPy as they are, `mmap_mode` included.
 *
 * E1  The manifest's count is what counts: rows beyond it belong to an append that never finished.
 * E2  An append is durable before the manifest names it: rows, heads, manifest, each synced before the next.
 * E3  A head never claims rows that its file does not hold; so after any crash both files open in NumPy.
 * E4  Rows never change and never move; only a whole folder is removed, or replaced by one with fewer rows
 *     (forget-rows.ts).
 */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { damaged, manifestSteps, type Manifest } from './manifest.ts';
import { NPY_HEADER_BYTES, npyHeader, parseNpyHeader, type NpyShape } from './npy.ts';
import type { SyncSteps } from './sync-steps.ts';

const HASH_BYTES = 64;

export interface EmbeddingRows {
  /** Content hashes, 64 hexadecimal digits each, one a row. */
  readonly hashes: readonly string[];
  /** Row-major float32 [hashes.length, D]. */
  readonly values: Float32Array;
}

interface ArrayFile {
  readonly name: string;
  readonly rowBytes: number;
  readonly head: (count: number) => NpyShape;
}

const hashFile: ArrayFile = {
  name: 'hashes.npy',
  rowBytes: HASH_BYTES,
  head: (count) => ({ descr: '|S64', shape: [count] }),
};

/** The name of the file that holds the vectors. */
export const VECTOR_FILE = 'vectors.npy';

function vectorFile(dimensions: number): ArrayFile {
  return {
    name: VECTOR_FILE,
    rowBytes: 4 * dimensions,
    head: (count) => ({ descr: '<f4', shape: [count, dimensions] }),
  };
}

/**
 * Adds rows after those committed; all of them or, when it throws or dies, none.
 *
 * @param before what `readManifest` told; null for a folder not begun.
 */
export function* appendSteps(
  folder: string,
  encoderKey: string,
  dimensions: number,
  before: Manifest | null,
  { hashes, values }: EmbeddingRows,
): SyncSteps<Manifest> {
  mkdirSync(folder, { recursive: true });
  const committed = before?.count ?? 0;
  const count = committed + hashes.length;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  yield* rowSteps(folder, vectorFile(dimensions), committed, count, bytes);
  yield* rowSteps(folder, hashFile, committed, count, Buffer.from(hashes.join(''), 'latin1'));
  const manifest: Manifest = { formatVersion: 1, encoderKey, dimensions, count };
  yield* manifestSteps(folder, manifest);
  return manifest;
}

/** Drops what is beyond `committed` rows, writes the new ones, then the head; in an order that keeps E3. */
function* rowSteps(folder: string, file: ArrayFile, committed: number, count: number, bytes: Buffer): SyncSteps<void> {
  const handle = openSync(join(folder, file.name), committed === 0 ? 'w+' : 'r+');
  try {
    const end = NPY_HEADER_BYTES + committed * file.rowBytes;
    const { size } = fstatSync(handle);
    if (size < end && committed > 0) throw damaged(folder, `${file.name} ends after ${size} of ${end} bytes`);
    if (size !== end) {
      writeFully(handle, npyHeader(file.head(committed)), 0);
      ftruncateSync(handle, end);
    }
    writeFully(handle, bytes, end);
    yield handle;
    writeFully(handle, npyHeader(file.head(count)), 0);
    yield handle;
  } finally {
    closeSync(handle);
  }
}

function writeFully(handle: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(handle, bytes, done, bytes.length - done, position + done);
}

/** The content hash of each committed row. @throws KindredError `vectors.damaged`. */
export function readHashes(folder: string, { count }: Manifest): string[] {
  const text = Buffer.from(readArray(folder, hashFile, 0, count)).toString('latin1');
  return Array.from({ length: count }, (_, row) => text.slice(row * HASH_BYTES, (row + 1) * HASH_BYTES));
}

/** Content hashes of the committed rows from `first` on, 32 bytes each. @throws KindredError `vectors.damaged`. */
export function readHashBytes(folder: string, { count }: Manifest, first: number): Uint8Array {
  return Buffer.from(Buffer.from(readArray(folder, hashFile, first, count)).toString('latin1'), 'hex');
}

/**
 * The committed rows from `first` on, float32 [count − first, dimensions] in shared memory, so that worker threads read
 * them without a copy.
 * @throws KindredError `vectors.damaged`.
 */
export function readVectors(folder: string, { count, dimensions }: Manifest, first = 0): Float32Array {
  return new Float32Array(readArray(folder, vectorFile(dimensions), first, count));
}

/** The bytes of the rows `first` … `count` − 1. */
function readArray(folder: string, file: ArrayFile, first: number, count: number): SharedArrayBuffer {
  const handle = openArray(folder, file);
  try {
    const head = Buffer.alloc(NPY_HEADER_BYTES);
    readSync(handle, head, 0, NPY_HEADER_BYTES, 0);
    const found = parseNpyHeader(head);
    const expected = file.head(count);
    if (found?.descr !== expected.descr || found.shape[1] !== expected.shape[1]) {
      throw damaged(folder, `${file.name} does not begin as it should`);
    }
    const buffer = new SharedArrayBuffer((count - first) * file.rowBytes);
    const bytes = new Uint8Array(buffer);
    let done = 0;
    while (done < bytes.length) {
      // One read call moves at most 2 GiB.
      const length = Math.min(bytes.length - done, 0x4000_0000);
      const got = readSync(handle, bytes, done, length, NPY_HEADER_BYTES + first * file.rowBytes + done);
      if (got === 0) throw damaged(folder, `${file.name} ends after ${done} of ${bytes.length} bytes of rows`);
      done += got;
    }
    return buffer;
  } finally {
    closeSync(handle);
  }
}

function openArray(folder: string, file: ArrayFile): number {
  try {
    return openSync(join(folder, file.name), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(folder, `${file.name} is gone`);
    throw error;
  }
}
