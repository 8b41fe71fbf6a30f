/** Drawn pairs as the engine gives them, and what of them is shown. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Pair {
  readonly imageId: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly boxes: readonly Box[];
}

export interface DrawnPairs {
  readonly pairs: readonly Pair[];
  readonly side: number;
  /** uint8 [2N, side, side, 3]. */
  readonly pixels: Uint8Array;
}

/** One view as what a canvas takes: RGBA of [side, side]. */
export function pixelsOfView(
  { pixels, side }: Pick<DrawnPairs, 'pixels' | 'side'>,
  view: number,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * side * side);
  const first = 3 * side * side * view;
  for (let i = 0; i < side * side; i++) {
    for (let channel = 0; channel < 3; channel++) rgba[4 * i + channel] = pixels[first + 3 * i + channel]!;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/** Share of the picture that a box leaves out. */
export const thrownAway = ({ widthPx, heightPx }: Pick<Pair, 'widthPx' | 'heightPx'>, box: Box): number =>
  1 - (box.width * box.height) / (widthPx * heightPx);
