/** Images by what their files say, and by the vectors that other folders keep of them. */
import type { ListingFilter } from '#application/ports/listings.ts';
import type { LibraryIndex } from '../library-index.ts';
import { PRESENT } from './file-columns.ts';
import { HashRows } from './hash-rows.ts';
import type { ImageColumns } from './image-columns.ts';

const HASH_BYTES = 32;

export interface FirstFiles {
  /** For each row of an image: that of the first present file that passes and holds it, −1 without one. */
  readonly firstFile: Int32Array;
  /** Images with one. */
  readonly passing: number;
}

/** Images found by the hashes that somebody keeps. */
interface Matched {
  readonly hashes: Uint8Array;
  readonly table: HashRows;
  readonly images: ImageColumns;
  /** For each hash the image's row, −1 without one; of two images with one hash the newer. */
  readonly rows: Int32Array;
  /** Images that were looked at. */
  imageCount: number;
}

export class PassingImages {
  readonly #index: LibraryIndex;
  #newest: ({ readonly failed: Uint8Array } & FirstFiles) | null = null;
  /** Rows of images by key. */
  readonly #matched = new Map<string, Matched>();

  constructor(index: LibraryIndex) {
    this.#index = index;
  }

  of(filter: ListingFilter): FirstFiles {
    const failed = this.#index.failedParts(filter);
    if (this.#newest?.failed === failed) return this.#newest;
    const { files, images } = this.#index.columns;
    const firstFile = new Int32Array(images.count).fill(-1);
    let passing = 0;
    for (let row = 0; row < failed.length; row++) {
      const image = files.image[row]!;
      if (failed[row] !== 0 || image < 0 || files.state[row] !== PRESENT || firstFile[image]! >= 0) continue;
      firstFile[image] = row;
      passing++;
    }
    this.#newest = { failed, firstFile, passing };
    return this.#newest;
  }

  /** The image's row for each hash (32 bytes each), −1 for one that the library does not hold. @param key names the hashes. */
  rowsOfVectors(key: string, hashes: Uint8Array): Int32Array {
    const { images } = this.#index.columns;
    let matched = this.#matched.get(key);
    if (matched?.hashes !== hashes || matched.images !== images) {
      const rows = new Int32Array(hashes.length / HASH_BYTES).fill(-1);
      matched = { hashes, table: new HashRows(hashes), images, rows, imageCount: 0 };
      this.#matched.set(key, matched);
    }
    const { rows, table, imageCount } = matched;
    table.find(images.hash, imageCount, images.count, (image, row) => {
      if (row >= 0) rows[row] = image;
    });
    matched.imageCount = images.count;
    return rows;
  }

  /** The place among the hashes of each image, −1 where it has none. */
  vectorRowsOf(key: string, hashes: Uint8Array, imageIds: readonly number[]): Int32Array {
    const { images } = this.#index.columns;
    const wanted = new Set(imageIds.map((id) => images.rowOf(id)));
    const found = new Map<number, number>();
    this.rowsOfVectors(key, hashes).forEach((image, row) => {
      if (wanted.has(image)) found.set(image, row);
    });
    return Int32Array.from(imageIds, (id) => found.get(images.rowOf(id)) ?? -1);
  }
}
