import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellPlace,
  gridLayout,
  MAX_TRACK_PX,
  movedFocus,
  offsetShowing,
  positionAt,
  scrolledTo,
  visibleRange,
} from '../../../src-renderer/components/grid-layout.ts';

const million = gridLayout(1_000_000, 1000, 800, 250);

describe('a grid of a million files', () => {
  it('stays below the height a browser can scroll, and its last row is reached by End', () => {
    expect(million.contentPx).toBe(62_500_000);
    expect(million.trackPx).toBe(MAX_TRACK_PX);
    const end = scrolledTo(million, { trackTop: 0, offsetPx: 0 }, MAX_TRACK_PX - 800);
    expect(visibleRange(million, end.offsetPx, 0).end).toBe(1_000_000);
    const last = cellPlace(million, 999_999, end.offsetPx);
    expect(last.top + million.cellPx).toBeCloseTo(800, 6);
  });

  it('moves pixel by pixel under the wheel, in the middle as at the start', () => {
    let position = positionAt(million, 31_000_000);
    for (let i = 0; i < 50; i++) position = scrolledTo(million, position, position.trackTop + 100);
    expect(position.offsetPx).toBeCloseTo(31_005_000, 3);
  });

  it('jumps in proportion when the scrollbar is dragged', () => {
    const position = scrolledTo(million, { trackTop: 0, offsetPx: 0 }, (MAX_TRACK_PX - 800) / 2);
    expect(position.offsetPx).toBeCloseTo((62_500_000 - 800) / 2, 3);
  });
});

describe('any grid', () => {
  const layouts = fc
    .record({
      count: fc.integer({ min: 1, max: 3_000_000 }),
      width: fc.integer({ min: 60, max: 2560 }),
      viewport: fc.integer({ min: 200, max: 1600 }),
      cell: fc.integer({ min: 48, max: 320 }),
    })
    .map(({ count, width, viewport, cell }) => gridLayout(count, width, viewport, cell));

  it('keeps every position inside the content, and a cell brought into sight is in sight', () => {
    fc.assert(
      fc.property(layouts, fc.double({ min: 0, max: 1, noNaN: true }), (layout, share) => {
        const index = Math.floor(share * (layout.count - 1));
        const position = positionAt(layout, offsetShowing(layout, index, 0));
        expect(position.offsetPx).toBeGreaterThanOrEqual(0);
        expect(position.trackTop).toBeLessThanOrEqual(Math.max(0, layout.trackPx - layout.viewportPx) + 1e-6);
        const { start, end } = visibleRange(layout, position.offsetPx, 0);
        expect(index).toBeGreaterThanOrEqual(start);
        expect(index).toBeLessThan(end);
      }),
      { seed: 1 },
    );
  });

  it('draws no more cells than fill the viewport and its overscan', () => {
    fc.assert(
      fc.property(layouts, fc.double({ min: 0, max: 1, noNaN: true }), (layout, share) => {
        const { start, end } = visibleRange(layout, positionAt(layout, share * layout.contentPx).offsetPx);
        expect(end - start).toBeLessThanOrEqual((Math.ceil(layout.viewportPx / layout.cellPx) + 5) * layout.columns);
      }),
      { seed: 2 },
    );
  });

  it('never moves the focus off the grid', () => {
    const moves = ['left', 'right', 'up', 'down', 'rowStart', 'rowEnd', 'pageUp', 'pageDown', 'first', 'last'] as const;
    fc.assert(
      fc.property(layouts, fc.nat(), fc.constantFrom(...moves), (layout, seed, move) => {
        const target = movedFocus(layout, seed % layout.count, move);
        expect(target).toBeGreaterThanOrEqual(0);
        expect(target).toBeLessThan(layout.count);
      }),
      { seed: 3 },
    );
  });
});
