/**
 * The one selection of files, shared by grid, search, map and findings. The *anchor* is where a range began, the
 * *focus* where the keyboard is; both are positions in the listing on screen.
 */
import { SvelteSet } from 'svelte/reactivity';

class Selection {
  readonly #ids = new SvelteSet<number>();
  #anchor = $state(0);
  #focus = $state(0);

  get ids(): ReadonlySet<number> {
    return this.#ids;
  }

  get size(): number {
    return this.#ids.size;
  }

  get focus(): number {
    return this.#focus;
  }

  get anchor(): number {
    return this.#anchor;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Only this file; the next range begins here. */
  only(id: number, position: number): void {
    this.#ids.clear();
    this.#ids.add(id);
    this.#anchor = this.#focus = position;
  }

  toggle(id: number, position: number): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = this.#focus = position;
  }

  /** These files instead; the anchor stays, so the range can grow and shrink from it. */
  replace(ids: Iterable<number>, focus = this.#focus): void {
    this.#ids.clear();
    for (const id of ids) this.#ids.add(id);
    this.#focus = focus;
  }

  /** Another list is on screen: the keyboard is at this place of it, and ranges begin there. */
  startAt(position: number): void {
    this.#anchor = this.#focus = position;
  }

  moveFocus(position: number): void {
    this.#focus = position;
  }

  clear(): void {
    this.#ids.clear();
  }
}

export const selection = new Selection();
