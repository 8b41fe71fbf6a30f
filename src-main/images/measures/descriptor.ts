/**
 * The colour-and-shape descriptor: what neighbours mean before any training.
 *
 * 240 numbers in three parts, each ℓ2-normalised, weighted, and the whole normalised again:
 *   shape   128  gradient orientations (Dalal & Triggs 2005) of the greyscale picture at 32 × 32: 4 × 4 cells of
 *                8 × 8 pixels, 8 unsigned orientations, votes shared linearly between cells and orientations, each
 *                cell's root taken so that strong edges do not drown the rest
 *   layout   48  mean opponent colour of 4 × 4 fields, centred on mid-grey
 *   colour   64  histogram of opponent colour, 4 × 4 × 4 bins, square roots (Hellinger's kernel as a dot product)
 * Opponent colour of R, G, B in [0, 1]: ((R + G + B)/3, (R − G)/2 + ½, (R + G − 2B)/4 + ½).
 */
const SIDE = 32;
const CELLS = 4;
const ORIENTATIONS = 8;
const BINS = 4;
const SHAPE = CELLS * CELLS * ORIENTATIONS;
const LAYOUT = CELLS * CELLS * 3;
const COLOUR = BINS ** 3;
export const DESCRIPTOR_LENGTH = SHAPE + LAYOUT + COLOUR;

const weights = { shape: 1, layout: 0.7, colour: 0.5 } as const;

/**
 * @param rgb uint8 [height, width, 3], at most 256 px on a side. @param square its greyscale at 32 × 32.
 * @returns float32 [240], length 1.
 */
export function describeColourAndShape(
  rgb: Uint8Array,
  width: number,
  height: number,
  square: Uint8Array,
): Float32Array {
  const descriptor = new Float32Array(DESCRIPTOR_LENGTH);
  const shape = descriptor.subarray(0, SHAPE);
  const layout = descriptor.subarray(SHAPE, SHAPE + LAYOUT);
  const colour = descriptor.subarray(SHAPE + LAYOUT);
  gatherShape(square, shape);
  gatherColour(rgb, width, height, layout, colour);
  for (let i = 0; i < SHAPE; i++) shape[i] = Math.sqrt(shape[i]!);
  for (let i = 0; i < COLOUR; i++) colour[i] = Math.sqrt(colour[i]!);
  scaleToLength(shape, weights.shape);
  scaleToLength(layout, weights.layout);
  scaleToLength(colour, weights.colour);
  scaleToLength(descriptor, 1);
  return descriptor;
}

/** Brings a vector to a length; one of zeros stays. */
function scaleToLength(vector: Float32Array, length: number): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const factor = length / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}

/** For each of the 32 places on an axis: the lower of the two nearest cells (−1 before the first) and its share. */
const lowerCell = Int32Array.from({ length: SIDE }, (_, i) => Math.floor(((i + 0.5) * CELLS) / SIDE - 0.5));
const lowerShare = Float64Array.from(
  { length: SIDE },
  (_, i) => 1 - (((i + 0.5) * CELLS) / SIDE - 0.5 - lowerCell[i]!),
);

function gatherShape(square: Uint8Array, shape: Float32Array): void {
  for (let y = 0; y < SIDE; y++) {
    const row = y * SIDE;
    const [above, below] = [Math.max(y - 1, 0) * SIDE, Math.min(y + 1, SIDE - 1) * SIDE];
    for (let x = 0; x < SIDE; x++) {
      const dx = square[row + Math.min(x + 1, SIDE - 1)]! - square[row + Math.max(x - 1, 0)]!;
      const dy = square[below + x]! - square[above + x]!;
      if (dx === 0 && dy === 0) continue;
      const angle = (Math.atan2(dy, dx) / Math.PI + 1) * ORIENTATIONS;
      voteAround(shape, x, y, angle, Math.sqrt(dx * dx + dy * dy));
    }
  }
}

/** Shares one vote linearly among the nearest 2 × 2 cells and 2 orientations. */
function voteAround(shape: Float32Array, x: number, y: number, angle: number, strength: number): void {
  const lower = Math.floor(angle);
  const second = angle - lower;
  const [first, next] = [lower % ORIENTATIONS, (lower + 1) % ORIENTATIONS];
  for (let dy = 0; dy < 2; dy++) {
    const cellY = lowerCell[y]! + dy;
    if (cellY < 0 || cellY >= CELLS) continue;
    const shareY = dy === 0 ? lowerShare[y]! : 1 - lowerShare[y]!;
    for (let dx = 0; dx < 2; dx++) {
      const cellX = lowerCell[x]! + dx;
      if (cellX < 0 || cellX >= CELLS) continue;
      const share = strength * shareY * (dx === 0 ? lowerShare[x]! : 1 - lowerShare[x]!);
      const at = (cellY * CELLS + cellX) * ORIENTATIONS;
      shape[at + first]! += share * (1 - second);
      shape[at + next]! += share * second;
    }
  }
}

/** At most about 64 × 64 pixels are looked at: means and histograms of a sparse grid are as good. */
const LOOKED_AT_SIDE = 64;

function gatherColour(
  rgb: Uint8Array,
  width: number,
  height: number,
  layout: Float32Array,
  colour: Float32Array,
): void {
  const stepX = Math.max(1, Math.floor(width / LOOKED_AT_SIDE));
  const stepY = Math.max(1, Math.floor(height / LOOKED_AT_SIDE));
  const counts = new Float32Array(CELLS * CELLS);
  for (let y = stepY >> 1; y < height; y += stepY) {
    const fieldRow = Math.floor((y * CELLS) / height) * CELLS;
    for (let x = stepX >> 1; x < width; x += stepX) {
      const at = (y * width + x) * 3;
      const [red, green, blue] = [rgb[at]! / 255, rgb[at + 1]! / 255, rgb[at + 2]! / 255];
      const light = (red + green + blue) / 3;
      const redGreen = (red - green) / 2 + 0.5;
      const yellowBlue = (red + green - 2 * blue) / 4 + 0.5;
      const field = fieldRow + Math.floor((x * CELLS) / width);
      layout[field * 3]! += light - 0.5;
      layout[field * 3 + 1]! += redGreen - 0.5;
      layout[field * 3 + 2]! += yellowBlue - 0.5;
      counts[field]!++;
      const bin = (binOf(light) * BINS + chromaBin(redGreen)) * BINS + chromaBin(yellowBlue);
      colour[bin]!++;
    }
  }
  for (let i = 0; i < LAYOUT; i++) layout[i]! /= Math.max(1, counts[Math.floor(i / 3)]!);
}

const binOf = (value: number): number => Math.min(BINS - 1, Math.floor(value * BINS));
/** Most colours are near grey: the chroma axes are stretched threefold around it. */
const chromaBin = (value: number): number => binOf(Math.min(0.999, Math.max(0, (value - 0.5) * 3 + 0.5)));
