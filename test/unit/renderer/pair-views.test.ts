import { expect, it } from 'vitest';
import { pixelsOfView, thrownAway } from '../../../src-renderer/state/pair-views.ts';

it('gives a canvas the pixels of one view, opaque', () => {
  // Two views of side 1: red-ish, then blue-ish.
  const pixels = Uint8Array.of(200, 10, 20, 5, 6, 250);
  expect([...pixelsOfView({ pixels, side: 1 }, 0)]).toEqual([200, 10, 20, 255]);
  expect([...pixelsOfView({ pixels, side: 1 }, 1)]).toEqual([5, 6, 250, 255]);
});

it('says how much of a picture a crop throws away', () => {
  const pair = { widthPx: 200, heightPx: 100 };
  expect(thrownAway(pair, { x: 0, y: 0, width: 100, height: 50 })).toBe(0.75);
  expect(thrownAway(pair, { x: 0, y: 0, width: 200, height: 100 })).toBe(0);
});
