/**
 * The files on screen, in order: an open listing of the engine and the pages of it that have been seen. A cell that is
 * not here yet is undefined, and asking for it fetches its page.
 */
import type { Engine } from '../transport/engine.ts';
import type { FileCell, FileFilter, FileSort } from '../../src-main/contract/studio/files.ts';
import { SvelteMap } from 'svelte/reactivity';

const PAGE = 200;
const KEPT_PAGES = 60;

export class Listing {
  readonly #engine: Engine;
  readonly #pages = new SvelteMap<number, readonly FileCell[]>();
  readonly #asked = new Set<number>();
  #listingId: string | null = null;
  #count = $state<number | null>(null);
  #generation = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Number of files, or null while it is being found out. */
  get count(): number | null {
    return this.#count;
  }

  /** Opens the listing; the old cells stay on screen until the new ones are known. @throws what the engine says. */
  async open(filter: FileFilter, sort: FileSort): Promise<void> {
    const generation = ++this.#generation;
    const { listingId, count } = await this.#engine.file.open({ filter, sort });
    if (generation !== this.#generation) return;
    this.#listingId = listingId;
    this.#pages.clear();
    this.#asked.clear();
    this.#count = count;
  }

  cell(position: number): FileCell | undefined {
    return this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE];
  }

  /** Makes sure the pages of positions start … end − 1 are here or on their way. */
  want(start: number, end: number): void {
    if (this.#listingId === null || end <= start) return;
    const last = Math.floor((end - 1) / PAGE);
    for (let page = Math.floor(start / PAGE); page <= last; page++) {
      if (this.#asked.has(page)) continue;
      this.#asked.add(page);
      void this.#fetch(page, this.#listingId);
    }
  }

  /** Ids at positions start … end − 1, also where their cells are not here. */
  async ids(start: number, end: number): Promise<readonly number[]> {
    if (this.#listingId === null) return [];
    return (await this.#engine.file.ids({ listingId: this.#listingId, start, end })).ids;
  }

  async #fetch(page: number, listingId: string): Promise<void> {
    try {
      const { cells } = await this.#engine.file.page({ listingId, start: page * PAGE, count: PAGE });
      if (listingId !== this.#listingId) return;
      this.#pages.set(page, cells);
      this.#forgetFarFrom(page);
    } catch {
      this.#asked.delete(page);
    }
  }

  #forgetFarFrom(page: number): void {
    if (this.#pages.size <= KEPT_PAGES) return;
    const farthest = [...this.#pages.keys()].reduce((a, b) => (Math.abs(b - page) > Math.abs(a - page) ? b : a));
    this.#pages.delete(farthest);
    this.#asked.delete(farthest);
  }
}
