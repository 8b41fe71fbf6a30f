/**
 * Where the cells of a picture grid stand: fixed cells, so every answer is O(1) whatever the number of files.
 *
 * A browser stops at about 16.7 million pixels of height; a million files at the largest zoom need more. So the
 * scrolled element is at most `MAX_TRACK_PX` high (the *track*), and the true position (the *offset*, in pixels of
 * the full content) is kept beside it: small movements of the track move the offset by the same number of pixels,
 * a long one (the scrollbar dragged, Home, End) moves it in proportion, so the last row is always reached.
 */

/** Below every browser's limit (Chromium 16.7 million, Firefox 17.8 million), with room for its rounding. */
export const MAX_TRACK_PX = 8_000_000;

export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Side of a square cell, gap included, in CSS pixels. */
  readonly cellPx: number;
  readonly viewportPx: number;
  /** Height of all rows. */
  readonly contentPx: number;
  /** Height of the scrolled element. */
  readonly trackPx: number;
}

/** @param widthPx inner width; at least one column is always made. */
export function gridLayout(count: number, widthPx: number, viewportPx: number, wantedCellPx: number): GridLayout {
  const columns = Math.max(1, Math.floor(widthPx / wantedCellPx));
  const cellPx = Math.max(1, widthPx / columns);
  const rows = Math.ceil(count / columns);
  const contentPx = rows * cellPx;
  return { count, columns, rows, cellPx, viewportPx, contentPx, trackPx: Math.min(contentPx, MAX_TRACK_PX) };
}

export interface ScrollPosition {
  /** `scrollTop` of the scrolled element. */
  readonly trackTop: number;
  /** Pixels of content above the viewport. */
  readonly offsetPx: number;
}

const maxOffset = (layout: GridLayout): number => Math.max(0, layout.contentPx - layout.viewportPx);
const maxTrackTop = (layout: GridLayout): number => Math.max(0, layout.trackPx - layout.viewportPx);
const clamp = (value: number, high: number): number => Math.min(Math.max(value, 0), high);

/** The position after the browser moved the track to `trackTop`. */
export function scrolledTo(layout: GridLayout, before: ScrollPosition, trackTop: number): ScrollPosition {
  const trackEnd = maxTrackTop(layout);
  const end = maxOffset(layout);
  if (trackEnd === end) return { trackTop, offsetPx: clamp(trackTop, end) };
  if (trackTop <= 0) return { trackTop: 0, offsetPx: 0 };
  if (trackTop >= trackEnd - 1) return { trackTop: trackEnd, offsetPx: end };
  const delta = trackTop - before.trackTop;
  const isSmall = Math.abs(delta) <= 2 * layout.viewportPx;
  return { trackTop, offsetPx: clamp(isSmall ? before.offsetPx + delta : (trackTop / trackEnd) * end, end) };
}

/** The position that shows the content from `offsetPx` on; `trackTop` is what to give the scrolled element. */
export function positionAt(layout: GridLayout, offsetPx: number): ScrollPosition {
  const end = maxOffset(layout);
  const offset = clamp(offsetPx, end);
  return { trackTop: end === 0 ? 0 : (offset / end) * maxTrackTop(layout), offsetPx: offset };
}

/** First and one-past-last index of the cells in sight, with `overscanRows` above and below. */
export function visibleRange(layout: GridLayout, offsetPx: number, overscanRows = 2): { start: number; end: number } {
  const firstRow = Math.max(0, Math.floor(offsetPx / layout.cellPx) - overscanRows);
  const lastRow = Math.ceil((offsetPx + layout.viewportPx) / layout.cellPx) + overscanRows;
  return {
    start: Math.min(layout.count, firstRow * layout.columns),
    end: Math.min(layout.count, lastRow * layout.columns),
  };
}

/** Left and top of a cell within the viewport, in CSS pixels. */
export function cellPlace(layout: GridLayout, index: number, offsetPx: number): { left: number; top: number } {
  const row = Math.floor(index / layout.columns);
  return { left: (index % layout.columns) * layout.cellPx, top: row * layout.cellPx - offsetPx };
}

/** The offset that brings a cell wholly into sight with the least movement. */
export function offsetShowing(layout: GridLayout, index: number, offsetPx: number): number {
  const top = Math.floor(index / layout.columns) * layout.cellPx;
  if (top < offsetPx) return top;
  const bottom = top + layout.cellPx;
  return bottom > offsetPx + layout.viewportPx ? bottom - layout.viewportPx : offsetPx;
}

export type GridMove =
  'left' | 'right' | 'up' | 'down' | 'rowStart' | 'rowEnd' | 'pageUp' | 'pageDown' | 'first' | 'last';

/** The index the focus goes to, within 0 … count − 1 (ARIA grid keys). */
export function movedFocus(layout: GridLayout, index: number, move: GridMove): number {
  const { columns, count } = layout;
  const page = Math.max(1, Math.floor(layout.viewportPx / layout.cellPx)) * columns;
  const rowStart = index - (index % columns);
  const target: Record<GridMove, number> = {
    left: index - 1,
    right: index + 1,
    up: index - columns < 0 ? index : index - columns,
    down: index + columns >= count ? index : index + columns,
    rowStart,
    rowEnd: rowStart + columns - 1,
    pageUp: index - page < 0 ? index % columns : index - page,
    pageDown: index + page,
    first: 0,
    last: count - 1,
  };
  return clamp(target[move], Math.max(0, count - 1));
}
