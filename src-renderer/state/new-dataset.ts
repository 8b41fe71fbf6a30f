/** Tells the data set that comes of what this page has just asked to be added. */

/** One that comes later (behind another import, say) is not shown by itself: somebody may be at something else by then. */
const SOON_MS = 10_000;

interface Listed {
  readonly id: number;
}

export class NewDataset {
  #known: ReadonlySet<number> | null = null;
  #untilMs = 0;

  /** @param datasets those that are there before. */
  expect(datasets: readonly Listed[]): void {
    this.#known = new Set(datasets.map(({ id }) => id));
    this.#untilMs = performance.now() + SOON_MS;
  }

  /** @returns the one that is new, once; null when it is none or comes too late. */
  foundIn(datasets: readonly Listed[]): number | null {
    const known = this.#known;
    if (known === null) return null;
    const isLate = performance.now() > this.#untilMs;
    const id = isLate ? null : (datasets.find((one) => !known.has(one.id))?.id ?? null);
    if (isLate || id !== null) this.#known = null;
    return id;
  }
}
