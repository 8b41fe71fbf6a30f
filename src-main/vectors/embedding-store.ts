/**
 * All stored embeddings of a library: one folder an encoder key below `vectors/`, so two encoders' vectors never mix.
 * One process writes (the one that holds the library), others may read; what was read stays in memory.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KindredError } from '#base/errors.ts';
import { checkFinite, vectorTable } from '#base/vector-table.ts';
import type { HashedVector, StoredEmbeddings, VectorSink, VectorSource } from '#application/ports/vectors.ts';
import { appendSteps, readHashes, readVectors } from './embedding-folder.ts';
import { forgetRows, settleFolders } from './forget-rows.ts';
import { readManifest, removeManifest, type Manifest } from './manifest.ts';
import { type SyncSteps, syncAtOnce, syncInTurns } from './sync-steps.ts';

/** What the writer knows of a key. */
interface Held {
  readonly manifest: Manifest;
  readonly rowOf: Map<string, number>;
}

/** Rows to be added to a key. */
interface Addition {
  readonly encoderKey: string;
  readonly before: Manifest | null;
  readonly rowOf: Map<string, number>;
  readonly dimensions: number;
  readonly hashes: string[];
  readonly values: Float32Array;
}

export class EmbeddingStore implements VectorSink, VectorSource {
  readonly #folder: string;
  readonly #held = new Map<string, Held>();
  readonly #loaded = new Map<string, StoredEmbeddings>();
  /** What others wait for; null: nothing. */
  #atWork: Promise<void> | null = null;

  /** @param folder absolute; made on the first append. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Durable when it returns, or when what it returns resolves; all of the vectors or none. A hash that is there already
   * is left as it is.
   * @throws KindredError `vectors.mismatch`, `vectors.notFinite`, `vectors.damaged`, `disk.full`.
   */
  append(encoderKey: string, vectors: readonly HashedVector[]): Promise<void> | void {
    if (this.#atWork !== null) return this.#atWork.catch(() => {}).then(() => this.append(encoderKey, vectors));
    const addition = this.#additionOf(encoderKey, vectors);
    if (addition !== null)
      this.#keep(
        addition,
        this.#full(addition, () => syncAtOnce(this.#steps(addition))),
      );
  }

  /** As `append`, waiting for the disk in turns with other work: for who answers others meanwhile. */
  appendInTurns(encoderKey: string, vectors: readonly HashedVector[]): Promise<void> {
    return this.#alone(async () => {
      const addition = this.#additionOf(encoderKey, vectors);
      if (addition === null) return;
      try {
        this.#keep(addition, await syncInTurns(this.#steps(addition)));
      } catch (error) {
        throw explained(error, this.#folderOf(encoderKey), addition);
      }
    });
  }

  /** What is not there yet of these; null when nothing is. */
  #additionOf(encoderKey: string, vectors: readonly HashedVector[]): Addition | null {
    if (vectors.length === 0) return null;
    const held = this.#hold(encoderKey);
    const dimensions = held?.manifest.dimensions ?? vectors[0]!.vector.length;
    checkLengths(encoderKey, dimensions, vectors);
    const rowOf = held?.rowOf ?? new Map<string, number>();
    const fresh = new Map(
      vectors.filter(({ contentHash }) => !rowOf.has(contentHash)).map((v) => [v.contentHash, v.vector]),
    );
    if (fresh.size === 0) return null;
    const values = new Float32Array(fresh.size * dimensions);
    [...fresh.values()].forEach((vector, i) => values.set(vector, i * dimensions));
    checkFinite(`Embeddings of "${encoderKey}"`, vectorTable(values, dimensions));
    return { encoderKey, before: held?.manifest ?? null, rowOf, dimensions, hashes: [...fresh.keys()], values };
  }

  #steps({ encoderKey, dimensions, before, hashes, values }: Addition): SyncSteps<Manifest> {
    return appendSteps(this.#folderOf(encoderKey), encoderKey, dimensions, before, { hashes, values });
  }

  #keep({ encoderKey, rowOf, hashes }: Addition, manifest: Manifest): void {
    for (const hash of hashes) rowOf.set(hash, rowOf.size);
    this.#held.set(encoderKey, { manifest, rowOf });
    this.#loaded.delete(encoderKey);
  }

  #full(addition: Addition, write: () => Manifest): Manifest {
    try {
      return write();
    } catch (error) {
      throw explained(error, this.#folderOf(addition.encoderKey), addition);
    }
  }

  /** Those of the hashes that a key does not hold yet, each once, in their order. */
  missing(encoderKey: string, contentHashes: Iterable<string>): string[] {
    const rowOf = this.#hold(encoderKey)?.rowOf;
    return [...new Set(contentHashes)].filter((hash) => rowOf?.has(hash) !== true);
  }

  /** All that a key holds now, or null when it holds nothing. The values must not be written to. */
  read(encoderKey: string): StoredEmbeddings | null {
    const folder = this.#folderOf(encoderKey);
    const manifest = readManifest(folder, encoderKey);
    if (manifest === null) return null;
    const known = this.#loaded.get(encoderKey);
    // Another process may have added rows; rows never change (E4), so equal counts mean equal rows.
    if (known?.hashes.length === manifest.count) return known;
    try {
      const hashes = readHashes(folder, manifest);
      const vectors = vectorTable(readVectors(folder, manifest), manifest.dimensions);
      const stored = { encoderKey, vectors, hashes, rowOf: rowsOf(hashes) };
      this.#loaded.set(encoderKey, stored);
      return stored;
    } catch (error) {
      // The writer may have put a folder with fewer rows in its place between two reads.
      if (readManifest(folder, encoderKey)?.count === manifest.count) throw error;
      return this.read(encoderKey);
    }
  }

  /** Keys that hold something, by name. */
  keys(): readonly string[] {
    try {
      const entries = readdirSync(this.#folder, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isEncoderKey(entry.name))
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Rows a key holds and how long they are, without reading them; null when it holds nothing. */
  describe(encoderKey: string): { readonly count: number; readonly dimensions: number } | null {
    return readManifest(this.#folderOf(encoderKey), encoderKey);
  }

  /** Deletes all that a key holds. */
  remove(encoderKey: string): void {
    const folder = this.#folderOf(encoderKey);
    this.#held.delete(encoderKey);
    this.#loaded.delete(encoderKey);
    removeManifest(folder);
    rmSync(folder, { recursive: true, force: true });
  }

  /** Takes the vectors of these images out of every key, in turns with other work; appends wait until it is done. */
  forget(contentHashes: ReadonlySet<string>): Promise<void> {
    const forget = async (): Promise<void> => {
      for (const key of this.keys()) {
        if (!(await forgetRows(this.#folderOf(key), key, contentHashes))) continue;
        this.#held.delete(key);
        this.#loaded.delete(key);
      }
    };
    return this.#alone(forget);
  }

  /** Does something when all that was begun before has ended, however it did. */
  #alone(work: () => Promise<void>): Promise<void> {
    const before = this.#atWork ?? Promise.resolve();
    const mine = before
      .catch(() => {})
      .then(work)
      .finally(() => {
        if (this.#atWork === mine) this.#atWork = null;
      });
    return (this.#atWork = mine);
  }

  /** Finishes what a writer that died in `forget` left. Call it once, before anything is written. */
  settle(): void {
    settleFolders(this.#folder);
  }

  #hold(encoderKey: string): Held | undefined {
    const known = this.#held.get(encoderKey);
    if (known !== undefined) return known;
    const folder = this.#folderOf(encoderKey);
    const manifest = readManifest(folder, encoderKey);
    if (manifest === null) return undefined;
    const held = { manifest, rowOf: rowsOf(readHashes(folder, manifest)) };
    this.#held.set(encoderKey, held);
    return held;
  }

  #folderOf(encoderKey: string): string {
    if (!isEncoderKey(encoderKey)) throw new TypeError(`"${encoderKey}" cannot be an encoder's key.`);
    return join(this.#folder, encoderKey);
  }
}

function rowsOf(hashes: readonly string[]): Map<string, number> {
  return new Map(hashes.map((hash, row) => [hash, row]));
}

/** Lower-case letters, digits and dashes: safe as a folder's name everywhere. */
function isEncoderKey(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,99}$/.test(text);
}

function checkLengths(encoderKey: string, dimensions: number, vectors: readonly HashedVector[]): void {
  for (const { vector, contentHash } of vectors) {
    if (!/^[0-9a-f]{64}$/.test(contentHash)) throw new TypeError(`"${contentHash}" is not a content hash.`);
    if (vector.length === dimensions) continue;
    throw new KindredError(
      'vectors.mismatch',
      `Embeddings of "${encoderKey}" have ${dimensions} numbers, but one of image ${contentHash.slice(0, 12)} has ` +
        `${vector.length}. They come from different encoders and are not mixed.`,
      { encoderKey, dimensions, found: vector.length },
    );
  }
}

/** A full disk in the catalogue's words; any other error as it is. */
function explained(error: unknown, folder: string, { hashes, values }: Addition): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new KindredError(
    'disk.full',
    `No room for ${hashes.length} more embeddings (${values.byteLength} bytes) in "${folder}". ` +
      'What was stored before is intact; free some space and go on.',
    { folder, sizeBytes: values.byteLength },
    error,
  );
}
