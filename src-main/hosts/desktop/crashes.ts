/** A page that crashes again so soon would go on doing so. */
const APART_MS = 10_000;

/** Decides after each crash of the page whether it is loaded again at once, or only when somebody says so. */
export class Crashes {
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param nowMs monotonic. */
  mayReload(nowMs: number): boolean {
    const isApart = nowMs - this.#lastMs >= APART_MS;
    this.#lastMs = nowMs;
    return isApart;
  }
}
