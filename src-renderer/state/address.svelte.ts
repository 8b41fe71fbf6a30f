/**
 * Where the person is: screen, dataset, filter, sort, what is open. Kept in the URL, so back, reload and a copied
 * address all lead to the same view.
 */
import { type AddressPart, isScreen, type Screen } from './address-parts.ts';

export type { AddressPart, Screen } from './address-parts.ts';

class Address {
  #parameters = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener('popstate', () => (this.#parameters = new URLSearchParams(location.search)));
  }

  get screen(): Screen {
    const wanted = this.#parameters.get('screen');
    return isScreen(wanted) ? wanted : 'images';
  }

  get(part: AddressPart): string | null {
    return this.#parameters.get(part);
  }

  /** A part that holds several values (labels may hold any character, so each is escaped on its own). */
  list(part: AddressPart): readonly string[] {
    const text = this.#parameters.get(part);
    return text === null ? [] : text.split(',').map(decodeURIComponent);
  }

  /** Goes there; `replace` for what should not be a step for the back button (typing, zoom). */
  go(change: Partial<Record<AddressPart | 'screen', string | readonly string[] | null>>, replace = false): void {
    const next = new URLSearchParams(this.#parameters);
    for (const [name, value] of Object.entries(change)) {
      const text = Array.isArray(value) ? value.map(encodeURIComponent).join(',') : value;
      if (text === null || text === undefined || text === '') next.delete(name);
      else next.set(name, String(text));
    }
    if (next.toString() === this.#parameters.toString()) return;
    this.#parameters = next;
    const url = next.size === 0 ? location.pathname : `?${next}`;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  }
}

export const address = new Address();
