/**
 * Listings that windows have open: the ids of their files in order (4 bytes a file), so that any page of a million
 * files is a look-up by id, and a range of a listing is a range of an array.
 */
import { KindredError } from '#base/errors.ts';

/** Listings kept; a window holds one or two. */
const MOST_OPEN = 24;
/** Ids in all of them, beyond the newest few: 4 bytes each. */
const MOST_IDS = 8_000_000;
const ALWAYS_KEPT = 4;

export class OpenListings {
  /** In order of last use. */
  readonly #open = new Map<string, Int32Array>();
  #made = 0;

  /** @returns what the listing is asked for by. */
  add(ids: Int32Array): string {
    const listingId = `l${process.pid}-${this.#made++}`;
    this.#open.set(listingId, ids);
    while (this.#isTooMuch()) this.#open.delete(this.#open.keys().next().value!);
    return listingId;
  }

  /** Ids at positions start … end − 1. @throws KindredError `listing.closed` when it was put away. */
  ids(listingId: string, start: number, end: number): Int32Array {
    const ids = this.#open.get(listingId);
    if (ids === undefined) {
      throw new KindredError('listing.closed', 'This list of files was put away; it is opened again.', { listingId });
    }
    this.#open.delete(listingId);
    this.#open.set(listingId, ids);
    return ids.subarray(start, end);
  }

  #isTooMuch(): boolean {
    if (this.#open.size > MOST_OPEN) return true;
    const ids = [...this.#open.values()].reduce((sum, { length }) => sum + length, 0);
    return ids > MOST_IDS && this.#open.size > ALWAYS_KEPT;
  }
}
