/**
 * Search over all stored vectors: the database's columns say which images pass a filter, the vectors which of them are
 * nearest; only matches are looked up. Runs where it is called: the engine gives it a thread, a command has its own.
 */
import type { ListingFilter } from '#application/ports/listings.ts';
import type { Ranking, RankQuestion, SearchIndex } from '#application/ports/search-index.ts';
import type { FileId, ImageId } from '#base/ids.ts';
import { PassingImages } from '#database/columns/passing-images.ts';
import type { LibraryIndex } from '#database/library-index.ts';
import { rankRows } from '#vectors/rank-rows.ts';
import type { UnitVectors, UnitVectorStore } from '#vectors/unit-vectors.ts';

export class LibrarySearch implements SearchIndex {
  readonly #index: LibraryIndex;
  readonly #vectors: UnitVectorStore;
  readonly #images: PassingImages;

  constructor(index: LibraryIndex, vectors: UnitVectorStore) {
    this.#index = index;
    this.#vectors = vectors;
    this.#images = new PassingImages(index);
  }

  vectorsOf(encoderKey: string, imageIds: readonly ImageId[]): (Float32Array | null)[] {
    const vectors = this.#vectors.read(encoderKey);
    if (vectors === null) return imageIds.map(() => null);
    this.#index.columns.refresh();
    const rowOf = this.#images.vectorRowsOf(encoderKey, vectors.hashes, imageIds);
    return imageIds.map((_, i) => {
      const row = rowOf[i]!;
      return row < 0 ? null : vectors.values.slice(row * vectors.dimensions, (row + 1) * vectors.dimensions);
    });
  }

  count(encoderKey: string, filter: ListingFilter): { passing: number; searched: number } {
    const vectors = this.#vectors.read(encoderKey);
    const { firstFile, passing } = this.#images.of(filter);
    return { passing, searched: vectors === null ? 0 : this.#allowed(encoderKey, vectors, firstFile, []).searched };
  }

  rank({ encoderKey, direction, filter, without, top }: RankQuestion): Ranking {
    const vectors = this.#vectors.read(encoderKey);
    const { firstFile, passing } = this.#images.of(filter);
    if (vectors === null) return { matches: [], passing, searched: 0 };
    const { allowed, searched, imageOf } = this.#allowed(encoderKey, vectors, firstFile, without);
    const { rows, scores } = rankRows(vectors, direction, allowed, top);
    const { files, images } = this.#index.columns;
    const matches = Array.from(rows, (row, i) => {
      const image = imageOf[row]!;
      const fileId = files.id[firstFile[image]!]! as FileId;
      return { imageId: images.id[image]! as ImageId, fileId, contentHash: images.hashOf(image), score: scores[i]! };
    });
    return { matches, passing, searched };
  }

  /** One byte a vector: 1 where its image passes and is not excluded. */
  #allowed(encoderKey: string, { count, hashes }: UnitVectors, firstFile: Int32Array, without: readonly ImageId[]) {
    const imageOf = this.#images.rowsOfVectors(encoderKey, hashes);
    const excluded = new Set(without.map((id) => this.#index.columns.images.rowOf(id)));
    const allowed = new Uint8Array(count);
    let searched = 0;
    for (let row = 0; row < count; row++) {
      const image = imageOf[row]!;
      if (image < 0 || firstFile[image]! < 0) continue;
      searched++;
      if (!excluded.has(image)) allowed[row] = 1;
    }
    return { allowed, searched, imageOf };
  }
}
