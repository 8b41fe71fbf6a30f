/** Which images a map shows, and in which order: those of a dataset that an encoder has seen, by content hash. */
import { createHash } from 'node:crypto';
import type { ListingFilter } from '#application/ports/listings.ts';
import { fileFilterSchema } from '#contract/studio/files.ts';
import { argsort } from '#database/columns/argsort.ts';
import { PassingImages } from '#database/columns/passing-images.ts';
import type { LibraryIndex } from '#database/library-index.ts';
import type { UnitVectors, UnitVectorStore } from '#vectors/unit-vectors.ts';
import { packPoints } from './map-points.ts';

const HASH_BYTES = 32;
/** Hashes digested at once. */
const PIECE_ROWS = 10_000;

/** What is laid out: one row an image. */
export interface MapTask {
  readonly mapId: string;
  readonly imageIds: Int32Array;
  readonly dimensions: number;
  /** float32 [images, dimensions] in shared memory. */
  readonly values: Float32Array;
}

interface Plan {
  readonly key: string;
  readonly version: number;
  readonly vectors: UnitVectors;
  readonly mapId: string;
  /** Rows of the vectors, by content hash. */
  readonly rows: Int32Array;
  readonly imageIds: Int32Array;
}

const allOf = (datasetId: number): ListingFilter => fileFilterSchema.parse({ datasetId });

export class MapPlans {
  readonly #index: LibraryIndex;
  readonly #vectors: UnitVectorStore;
  readonly #images: PassingImages;
  #newest: Plan | null = null;

  constructor(index: LibraryIndex, vectors: UnitVectorStore) {
    this.#index = index;
    this.#vectors = vectors;
    this.#images = new PassingImages(index);
  }

  /** The name of the map of what is there now, equal for the same images and encoder, and how many they are; null: none. */
  idOf(encoderKey: string, datasetId: number): { mapId: string; images: number } | null {
    const plan = this.#plan(encoderKey, datasetId);
    return plan === null ? null : { mapId: plan.mapId, images: plan.imageIds.length };
  }

  /** What has to be laid out for it. */
  task(encoderKey: string, datasetId: number): MapTask | null {
    const plan = this.#plan(encoderKey, datasetId);
    if (plan === null) return null;
    const { mapId, imageIds, rows } = plan;
    const { dimensions, values: all } = plan.vectors;
    const values = new Float32Array(new SharedArrayBuffer(4 * rows.length * dimensions));
    rows.forEach((row, i) => values.set(all.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
    return { mapId, imageIds, dimensions, values };
  }

  /** The points of images that still have a file in the dataset; see map-points.ts. */
  points(imageIds: Int32Array, datasetId: number, positions: Float32Array): Uint8Array {
    const { firstFile } = this.#images.of(allOf(datasetId));
    const { files, images } = this.#index.columns;
    const fileIds = new Uint32Array(imageIds.length);
    const kept = new Float32Array(positions.length);
    let count = 0;
    imageIds.forEach((imageId, i) => {
      const image = images.rowOf(imageId);
      const file = image < 0 ? -1 : firstFile[image]!;
      if (file < 0) return;
      fileIds[count] = files.id[file]!;
      kept[2 * count] = positions[2 * i]!;
      kept[2 * count + 1] = positions[2 * i + 1]!;
      count++;
    });
    return packPoints(fileIds.subarray(0, count), kept.subarray(0, 2 * count));
  }

  #plan(encoderKey: string, datasetId: number): Plan | null {
    const vectors = this.#vectors.read(encoderKey);
    if (vectors === null) return null;
    const { firstFile } = this.#images.of(allOf(datasetId));
    const { version, images } = this.#index.columns;
    const key = `${encoderKey}\n${datasetId}\n`;
    const known = this.#newest;
    if (known?.key === key && known.version === version && known.vectors === vectors) return known;
    const imageOf = this.#images.rowsOfVectors(encoderKey, vectors.hashes);
    const shown = imageOf
      .map((image, row) => (image >= 0 && firstFile[image]! >= 0 ? row : -1))
      .filter((row) => row >= 0);
    if (shown.length === 0) return null;
    const rows = byHash(vectors.hashes, shown);
    const imageIds = rows.map((row) => images.id[imageOf[row]!]!);
    this.#newest = { key, version, vectors, rows, imageIds, mapId: digestOf(key, vectors.hashes, rows) };
    return this.#newest;
  }
}

/** The rows in the order of their hashes. */
function byHash(hashes: Uint8Array, rows: Int32Array): Int32Array {
  const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const heads = Float64Array.from(rows, (row) => bytes.readUIntBE(row * HASH_BYTES, 6));
  const order = argsort(heads);
  const sorted = order.map((place) => rows[place]!);
  const hashOf = (row: number): Buffer => bytes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES);
  // Hashes that begin alike are rare; where there are some, one of them may have to move up.
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && heads[order[j]!] === heads[order[j - 1]!]; j--) {
      const [upper, lower] = [sorted[j - 1]!, sorted[j]!];
      if (hashOf(upper).compare(hashOf(lower)) <= 0) break;
      sorted[j - 1] = lower;
      sorted[j] = upper;
    }
  }
  return sorted;
}

function digestOf(head: string, hashes: Uint8Array, rows: Int32Array): string {
  const digest = createHash('sha256').update(head);
  for (let first = 0; first < rows.length; first += PIECE_ROWS) {
    const piece = rows.subarray(first, first + PIECE_ROWS);
    const bytes = Buffer.alloc(piece.length * HASH_BYTES);
    piece.forEach((row, i) => bytes.set(hashes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES), i * HASH_BYTES));
    digest.update(bytes.toString('hex'));
  }
  return digest.digest('hex').slice(0, 32);
}
