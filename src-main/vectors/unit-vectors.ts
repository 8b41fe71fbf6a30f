/**
 * An encoder's stored vectors, scaled to length 1, held in memory for searching. New rows are read behind those that
 * are here; a folder that was replaced by one with fewer rows is read anew.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { checkFinite, normaliseRows, vectorTable } from '#base/vector-table.ts';
import { readHashBytes, readVectors, VECTOR_FILE } from './embedding-folder.ts';
import { readManifest } from './manifest.ts';

export interface UnitVectors {
  readonly count: number;
  readonly dimensions: number;
  /** Row-major float32, `count` rows and perhaps room for more; rows of length 1 (or 0). */
  readonly values: Float32Array;
  /** Content hashes, 32 bytes a row. */
  readonly hashes: Uint8Array;
}

interface Held extends UnitVectors {
  /** Which file the rows came from: a replaced folder has another. */
  readonly file: string;
}

export class UnitVectorStore {
  readonly #folder: string;
  readonly #held = new Map<string, Held>();

  /** @param folder the library's `vectors/`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All that a key holds now, or null. @throws KindredError `vectors.damaged`, `vectors.notFinite`. */
  read(encoderKey: string): UnitVectors | null {
    const folder = join(this.#folder, encoderKey);
    const manifest = readManifest(folder, encoderKey);
    if (manifest === null) {
      this.#held.delete(encoderKey);
      return null;
    }
    const { dimensions, count } = manifest;
    const { ino, birthtimeMs } = statSync(join(folder, VECTOR_FILE));
    const file = `${ino} ${birthtimeMs}`;
    const known = this.#held.get(encoderKey);
    const before = known?.file === file && known.count <= count ? known : null;
    if (before?.count === count) return before;
    const first = before?.count ?? 0;
    const fresh = readVectors(folder, manifest, first);
    checkFinite(`Embeddings of "${encoderKey}"`, vectorTable(fresh, dimensions));
    const values = withRoom(before?.values ?? new Float32Array(0), first * dimensions, fresh.length);
    normaliseRows(vectorTable(fresh, dimensions), values.subarray(first * dimensions, count * dimensions));
    const hashes = new Uint8Array(32 * count);
    if (before) hashes.set(before.hashes);
    hashes.set(readHashBytes(folder, manifest, first), 32 * first);
    const held: Held = { count, dimensions, values, hashes, file };
    this.#held.set(encoderKey, held);
    return held;
  }
}

/** The array itself where `added` numbers fit behind `used`, else a copy with room to grow when it did before. */
function withRoom(values: Float32Array, used: number, added: number): Float32Array {
  if (values.length >= used + added) return values;
  const room = used === 0 ? added : Math.ceil(1.5 * (used + added));
  const grown = new Float32Array(room);
  grown.set(values.subarray(0, used));
  return grown;
}
