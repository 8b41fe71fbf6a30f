/**
 * The map's points, drawn by the CPU into an image: the same pixels on every machine, no GPU, nothing for a content
 * security policy to forbid. 100,000 points take about 2 ms, a million about 14.
 *
 * Coordinates: *world* is what the projection gives (any range), *screen* is device pixels of the image, y down.
 */

/** Points as the engine sends them: x and y in turn, in world units. */
export interface PointCloud {
  readonly positions: Float32Array;
  /** Index into the palette, one a point. */
  readonly groups: Uint8Array;
}

/** screen = world · scale + (dx, dy); one scale, so distances look alike in both directions. */
export interface MapView {
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
}

/** RGBA as it lies in memory of a little-endian machine: 0xAABBGGRR. */
export type Palette = Uint32Array;

/** The view in which all points are in sight, with a margin in pixels. */
export function viewOfAll(cloud: PointCloud, width: number, height: number, marginPx = 24): MapView {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < cloud.positions.length; i += 2) {
    const x = cloud.positions[i]!;
    const y = cloud.positions[i + 1]!;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  if (left > right) return { scale: 1, dx: width / 2, dy: height / 2 };
  const spanX = Math.max(right - left, 1e-6);
  const spanY = Math.max(bottom - top, 1e-6);
  const scale = Math.max(1e-6, Math.min((width - 2 * marginPx) / spanX, (height - 2 * marginPx) / spanY));
  return { scale, dx: width / 2 - (scale * (left + right)) / 2, dy: height / 2 - (scale * (top + bottom)) / 2 };
}

/** The view after zooming by `factor` with the screen point (x, y) held still. */
export function zoomedAt(view: MapView, factor: number, x: number, y: number): MapView {
  return { scale: view.scale * factor, dx: x - (x - view.dx) * factor, dy: y - (y - view.dy) * factor };
}

/** Points that are brought out: those of which `of`, one number a point, is `value`. */
export interface Emphasis {
  readonly of: Uint8Array;
  readonly value: number;
}

/**
 * Writes the points as squares of `sizePx`, in order, so later points cover earlier ones; points of `emphasis` come last,
 * larger and in full colour, and all others are dimmed.
 *
 * @param pixels the image, `width * height` pixels; filled with `background` first.
 */
export function drawPoints(
  pixels: Uint32Array,
  width: number,
  height: number,
  cloud: PointCloud,
  view: MapView,
  palette: Palette,
  options: { readonly background: number; readonly sizePx: number; readonly emphasis?: Emphasis },
): void {
  pixels.fill(options.background);
  const { emphasis } = options;
  const image = { pixels, width, height };
  if (!emphasis) return drawPass(image, cloud, view, options.sizePx, palette, null);
  const dimmed = palette.map((colour) => mixed(colour, options.background, 0.72));
  drawPass(image, cloud, view, options.sizePx, dimmed, { ...emphasis, isWanted: false });
  drawPass(image, cloud, view, options.sizePx + 1, palette, { ...emphasis, isWanted: true });
}

/** Draws the points that are emphasised, or those that are not; without emphasis, all. */
function drawPass(
  { pixels, width, height }: { readonly pixels: Uint32Array; readonly width: number; readonly height: number },
  { positions, groups }: PointCloud,
  { scale, dx, dy }: MapView,
  sizePx: number,
  palette: Palette,
  emphasis: (Emphasis & { readonly isWanted: boolean }) | null,
): void {
  const { of, value, isWanted } = emphasis ?? { of: groups, value: 0, isWanted: null };
  // Half a pixel more, so that cutting off rounds to the nearest.
  const shift = 0.5 - (sizePx - 1) / 2;
  const [mostX, mostY] = [width - sizePx, height - sizePx];
  for (let i = 0, p = 0; p < positions.length; i++, p += 2) {
    if (isWanted !== null && (of[i] === value) !== isWanted) continue;
    const x = positions[p]! * scale + dx + shift;
    const y = positions[p + 1]! * scale + dy + shift;
    if (!(x >= 0 && y >= 0 && x < mostX + 1 && y < mostY + 1)) continue;
    const colour = palette[groups[i]!]!;
    const first = (y | 0) * width + (x | 0);
    for (let row = first, end = first + sizePx * width; row < end; row += width) {
      for (let column = 0; column < sizePx; column++) pixels[row + column] = colour;
    }
  }
}

/** `share` of the second colour in the first, channel by channel; opaque. */
export function mixed(colour: number, other: number, share: number): number {
  let result = 0xff000000;
  for (let shift = 0; shift < 24; shift += 8) {
    const channel = ((colour >>> shift) & 255) * (1 - share) + ((other >>> shift) & 255) * share;
    result |= Math.round(channel) << shift;
  }
  return result >>> 0;
}

/**
 * Indices of the points inside a polygon given in screen pixels (even-odd rule; x, y in turn; at least three corners).
 */
export function pointsInLasso(cloud: PointCloud, view: MapView, lasso: readonly number[]): Uint32Array {
  const corners = lasso.length / 2;
  if (corners < 3) return new Uint32Array(0);
  const found: number[] = [];
  for (let i = 0, p = 0; p < cloud.positions.length; i++, p += 2) {
    const x = cloud.positions[p]! * view.scale + view.dx;
    const y = cloud.positions[p + 1]! * view.scale + view.dy;
    let isInside = false;
    for (let a = 0, b = corners - 1; a < corners; b = a++) {
      const ya = lasso[2 * a + 1]!;
      const yb = lasso[2 * b + 1]!;
      if (ya > y === yb > y) continue;
      const crossing = ((lasso[2 * b]! - lasso[2 * a]!) * (y - ya)) / (yb - ya) + lasso[2 * a]!;
      if (x < crossing) isInside = !isInside;
    }
    if (isInside) found.push(i);
  }
  return Uint32Array.from(found);
}
