/**
 * Where each list of the images screen stood: a search begins at its first result, and the list it was asked from is, on
 * the way back, where it was left.
 */
import { tick } from 'svelte';
import { selection } from './selection.svelte.ts';

interface Place {
  readonly focus: number;
  readonly offsetPx: number;
}

interface PlacedGrid {
  offset(): number;
  goTo(offsetPx: number): void;
}

const KEPT = 50;
const TOP: Place = { focus: 0, offsetPx: 0 };
/** By list; they outlive the screen. */
const places = new Map<string, Place>();

export class ListPlaces {
  readonly #grid: () => PlacedGrid | undefined;
  /** The list that is on screen; null from when another was asked for until it is there. */
  #shown: string | null = null;

  constructor(grid: () => PlacedGrid | undefined) {
    this.#grid = grid;
  }

  /** Another list was asked for, or null: the screen is left. What is on screen is still the old one. */
  leave(wanted: string | null): void {
    if (this.#shown === null || this.#shown === wanted) return;
    places.delete(this.#shown);
    places.set(this.#shown, { focus: selection.focus, offsetPx: this.#grid()?.offset() ?? 0 });
    for (const oldest of places.keys()) if (places.size > KEPT) places.delete(oldest);
    this.#shown = null;
  }

  /** The list is there. */
  async arrive(list: string): Promise<void> {
    if (this.#shown === list) return;
    this.#shown = list;
    const place = places.get(list) ?? TOP;
    selection.startAt(place.focus);
    await tick();
    this.#grid()?.goTo(place.offsetPx);
  }
}
