/**
 * Where the person is: screen, dataset, filter, sort, what is open. Kept in the URL, so back, reload and a copied
 * address all lead to the same view.
 */
import { type AddressPart, addressParts, isScreen, type Screen } from './address-parts.ts';

export type { AddressPart, Screen } from './address-parts.ts';

type Name = AddressPart | 'screen';
const names: readonly Name[] = [...addressParts, 'screen'];

/** One part by itself, so that who reads it is told of its own changes and of no other's. */
class Part {
  value = $state<string | null>(null);
}

class Address {
  #parameters = new URLSearchParams();
  readonly #parts = new Map<Name, Part>(names.map((name) => [name, new Part()]));

  constructor() {
    this.#take(inUrl());
    addEventListener('popstate', () => this.#take(inUrl()));
  }

  get screen(): Screen {
    const wanted = this.#read('screen');
    return isScreen(wanted) ? wanted : 'images';
  }

  get(part: AddressPart): string | null {
    return this.#read(part);
  }

  /** A part that holds several values (labels may hold any character, so each is escaped on its own). */
  list(part: AddressPart): readonly string[] {
    const text = this.#read(part);
    return text === null ? [] : text.split(',').map(decodeURIComponent);
  }

  /** Goes there; `replace` for what should not be a step for the back button (typing, zoom). */
  go(change: Partial<Record<Name, string | readonly string[] | null>>, replace = false): void {
    const next = new URLSearchParams(this.#parameters);
    for (const [name, value] of Object.entries(change)) {
      const text = Array.isArray(value) ? value.map(encodeURIComponent).join(',') : value;
      if (text === null || text === undefined || text === '') next.delete(name);
      else next.set(name, String(text));
    }
    if (next.toString() === this.#parameters.toString()) return;
    this.#take(next);
    const url = next.size === 0 ? location.pathname : `?${next}`;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  }

  #read(name: Name): string | null {
    return this.#parts.get(name)!.value;
  }

  #take(parameters: URLSearchParams): void {
    this.#parameters = parameters;
    for (const [name, part] of this.#parts) part.value = parameters.get(name);
  }
}

/** The parts that are in the URL; what else stands there, as the launch code does at first, is no part of it. */
function inUrl(): URLSearchParams {
  const all = new URLSearchParams(location.search);
  return new URLSearchParams([...all].filter(([name]) => names.some((known) => known === name)));
}

export const address = new Address();
