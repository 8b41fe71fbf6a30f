/**
 * The files on screen, in order: an open listing of the engine and the pages of it that have been seen. A cell that is
 * not here yet is undefined, and asking for it fetches its page.
 */
import { ORPCError } from '@orpc/client';
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
  /** What it was opened with last, to open it again. */
  #wish: readonly [FileFilter, FileSort] | null = null;
  #count = $state<number | null>(null);
  #generation = 0;
  /** The positions last in sight. */
  #wanted = { start: 0, end: 1 };

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Number of files, or null while it is being found out. */
  get count(): number | null {
    return this.#count;
  }

  /** Opens the listing; the old cells stay on screen until the new ones in sight are here. @throws what the engine says. */
  async open(filter: FileFilter, sort: FileSort): Promise<void> {
    const generation = ++this.#generation;
    this.#wish = [filter, sort];
    const { listingId, count } = await this.#engine.file.open({ filter, sort });
    if (generation !== this.#generation) return;
    const { start, end } = this.#wanted;
    const numbers = pageNumbers(start < end && start < count ? { start, end } : { start: 0, end: 1 }, count);
    const pages = await Promise.all(numbers.map((number) => this.#ask(number, listingId)));
    if (generation !== this.#generation) return;
    this.#listingId = listingId;
    this.#pages.clear();
    this.#asked.clear();
    numbers.forEach((number, i) => {
      this.#asked.add(number);
      this.#pages.set(number, pages[i]!);
    });
    this.#count = count;
    this.want(this.#wanted.start, Math.min(this.#wanted.end, count));
  }

  cell(position: number): FileCell | undefined {
    return this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE];
  }

  /** Makes sure the pages of positions start … end − 1 are here or on their way. */
  want(start: number, end: number): void {
    this.#wanted = { start, end };
    if (this.#listingId === null) return;
    for (const page of pageNumbers({ start, end }, Infinity)) {
      if (this.#asked.has(page)) continue;
      this.#asked.add(page);
      void this.#fetch(page, this.#listingId);
    }
  }

  /** Ids at positions start … end − 1, also where their cells are not here. */
  async ids(start: number, end: number): Promise<readonly number[]> {
    if (this.#listingId === null) return [];
    try {
      return await this.#idsOf(this.#listingId, start, end);
    } catch (error) {
      if (!isPutAway(error)) throw error;
      await this.#openAgain();
      return this.#idsOf(this.#listingId, start, end);
    }
  }

  async #idsOf(listingId: string, start: number, end: number): Promise<readonly number[]> {
    return (await this.#engine.file.ids({ listingId, start, end })).ids;
  }

  /** The engine keeps the newest listings of all windows; one that it put away is opened anew when it is needed. */
  async #openAgain(): Promise<void> {
    if (this.#wish) await this.open(...this.#wish);
  }

  async #fetch(page: number, listingId: string): Promise<void> {
    try {
      const cells = await this.#ask(page, listingId);
      if (listingId !== this.#listingId) return;
      this.#pages.set(page, cells);
      this.#forgetFarFrom(page);
    } catch (error) {
      this.#asked.delete(page);
      if (isPutAway(error) && listingId === this.#listingId) await this.#openAgain().catch(() => {});
    }
  }

  async #ask(page: number, listingId: string): Promise<readonly FileCell[]> {
    return (await this.#engine.file.page({ listingId, start: page * PAGE, count: PAGE })).cells;
  }

  #forgetFarFrom(page: number): void {
    if (this.#pages.size <= KEPT_PAGES) return;
    const farthest = [...this.#pages.keys()].reduce((a, b) => (Math.abs(b - page) > Math.abs(a - page) ? b : a));
    this.#pages.delete(farthest);
    this.#asked.delete(farthest);
  }
}

const isPutAway = (error: unknown): boolean => error instanceof ORPCError && error.code === 'listing.closed';

/** The pages that hold positions start … end − 1 of `count`. */
function pageNumbers({ start, end }: { readonly start: number; readonly end: number }, count: number): number[] {
  const last = Math.floor((Math.min(end, count) - 1) / PAGE);
  const first = Math.floor(start / PAGE);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
