import { expect, it } from 'vitest';
import { OpenListings } from '#hosts/engine/open-listings.ts';

it('gives parts of a listing, and says when it has been put away for newer ones', () => {
  const listings = new OpenListings();
  const first = listings.add(Int32Array.of(5, 3, 9));
  expect([...listings.ids(first, 1, 200)]).toEqual([3, 9]);
  const second = listings.add(Int32Array.of(1));
  for (let i = 0; i < 22; i++) listings.add(Int32Array.of(i));
  // The first is used again, so the second is the one to go.
  listings.ids(first, 0, 1);
  listings.add(Int32Array.of(7));
  expect(listings.ids(first, 0, 3)).toHaveLength(3);
  expect(() => listings.ids(second, 0, 1)).toThrow(expect.objectContaining({ code: 'listing.closed' }));
});

it('keeps few of very long ones', () => {
  const listings = new OpenListings();
  const made = Array.from({ length: 12 }, () => listings.add(new Int32Array(1_000_000)));
  expect(() => listings.ids(made[0]!, 0, 1)).toThrow(expect.objectContaining({ code: 'listing.closed' }));
  for (const id of made.slice(-8)) expect(listings.ids(id, 0, 2)).toHaveLength(2);
});
