/** Where a person looks on a map, in words of the map alone: the same place in a window of any size. */
import type { MapView } from './point-cloud.ts';

export interface MapPlace {
  /** World coordinates of what is in the middle. */
  readonly x: number;
  readonly y: number;
  /** 1: all points fit. */
  readonly zoom: number;
}

interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

/** A thousandth of a device pixel at any zoom that shows something. */
const DIGITS = 8;

/** @param fit the view in which all points fit. @param middle of the image, in screen pixels. */
export function placeOf({ scale, dx, dy }: MapView, fit: MapView, middle: ScreenPoint): MapPlace {
  return { x: (middle.x - dx) / scale, y: (middle.y - dy) / scale, zoom: scale / fit.scale };
}

/** The inverse of `placeOf`. */
export function viewAt({ x, y, zoom }: MapPlace, fit: MapView, middle: ScreenPoint): MapView {
  const scale = fit.scale * zoom;
  return { scale, dx: middle.x - x * scale, dy: middle.y - y * scale };
}

/** As it stands in an address: "1.5,-2,4". */
export function writePlace({ x, y, zoom }: MapPlace): string {
  return [x, y, zoom].map((value) => String(Number(value.toPrecision(DIGITS)))).join(',');
}

/** null for what is no place: whoever reads an address can't trust it. */
export function readPlace(text: string | null): MapPlace | null {
  const parts = text === null || text === '' ? [] : text.split(',').map(Number);
  const [x, y, zoom] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite) || !(zoom! > 0)) return null;
  return { x: x!, y: y!, zoom: zoom! };
}
