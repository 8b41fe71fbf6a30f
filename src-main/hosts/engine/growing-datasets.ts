import type { DatasetId } from '#base/ids.ts';

/** Datasets that images come into right now: what is made of all of them waits for the last. */
export class GrowingDatasets {
  readonly #imports = new Map<DatasetId, number>();

  has(id: DatasetId): boolean {
    return this.#imports.has(id);
  }

  /** @returns what says that no more come. */
  begin(id: DatasetId): () => void {
    this.#imports.set(id, (this.#imports.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#imports.get(id) ?? 0) - 1;
      if (left > 0) this.#imports.set(id, left);
      else this.#imports.delete(id);
    };
  }
}
