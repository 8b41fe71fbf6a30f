/**
 * pHash: which low frequencies of a picture are above their median. Near-copies differ in few bits.
 *
 * Bit-equal to `imagehash.phash` 4.3 (hash_size 8, highfreq_factor 4) on the same pixels: greyscale, Lanczos to
 * 32 × 32, two-dimensional type-II cosine transform, its 8 × 8 lowest frequencies, each compared with their median.
 */
import { lumaOf, resizeLanczosToSquare } from './pillow-resize.ts';

/** Side of the greyscale square that is transformed. */
export const HASHED_SIDE = 32;
const SIDE = HASHED_SIDE;
const KEPT = 8;

/** @param rgb uint8 [height, width, 3]. @returns 16 hexadecimal digits, vertical frequency major, first bit highest. */
export function perceptualHash(rgb: Uint8Array, width: number, height: number): string {
  return perceptualHashOfSquare(resizeLanczosToSquare(lumaOf(rgb), width, height, SIDE));
}

/** @param square uint8 [32, 32], the greyscale picture at that size. */
export function perceptualHashOfSquare(square: Uint8Array): string {
  const line = new Float64Array(SIDE);
  const columns = new Float64Array(KEPT * SIDE);
  for (let x = 0; x < SIDE; x++) {
    for (let y = 0; y < SIDE; y++) line[y] = square[y * SIDE + x]!;
    const low = lowFrequencies(line);
    for (let k = 0; k < KEPT; k++) columns[k * SIDE + x] = low[k]!;
  }
  const coefficients = new Float64Array(KEPT * KEPT);
  for (let k = 0; k < KEPT; k++) {
    coefficients.set(lowFrequencies(columns.subarray(k * SIDE, (k + 1) * SIDE)), k * KEPT);
  }
  const ordered = coefficients.slice().sort();
  const median = (ordered[31]! + ordered[32]!) / 2;
  let digits = '';
  for (let i = 0; i < 64; i += 4) {
    let digit = 0;
    for (let j = i; j < i + 4; j++) digit = digit * 2 + (coefficients[j]! > median ? 1 : 0);
    digits += digit.toString(16);
  }
  return digits;
}

/** A size of the transform: its working memory, and cos(π (2k + 1)(2n + 1) / 2N) for odd frequencies, [k][n < N/2]. */
interface TransformLevel {
  readonly sums: Float64Array;
  readonly differences: Float64Array;
  readonly oddCosines: readonly Float64Array[];
  readonly out: Float64Array;
}

const levels = new Map<number, TransformLevel>(
  [32, 16, 8].map((size) => {
    const oddCosines = Array.from({ length: (KEPT * size) / SIDE / 2 }, (_, k) =>
      Float64Array.from({ length: size / 2 }, (_, n) => Math.cos((Math.PI * (2 * k + 1) * (2 * n + 1)) / (2 * size))),
    );
    const [sums, differences] = [new Float64Array(size / 2), new Float64Array(size / 2)];
    return [size, { sums, differences, oddCosines, out: new Float64Array(size / 4) }];
  }),
);
const constantOut = new Float64Array(1);

/**
 * The lowest quarter of the type-II cosine transform (with its factor 2): odd frequencies from the differences of
 * mirrored values, even ones from a transform of half the size of their sums. So a constant or mirrored line gives
 * exact zeros, where rounding noise would decide bits.
 *
 * @returns memory that the next call for this size overwrites.
 */
function lowFrequencies(line: Float64Array): Float64Array {
  const size = line.length;
  if (size === 4) {
    constantOut[0] = 2 * (line[0]! + line[3]! + (line[1]! + line[2]!));
    return constantOut;
  }
  const half = size / 2;
  const { sums, differences, oddCosines, out } = levels.get(size)!;
  for (let n = 0; n < half; n++) {
    sums[n] = line[n]! + line[size - 1 - n]!;
    differences[n] = line[n]! - line[size - 1 - n]!;
  }
  const even = lowFrequencies(sums);
  for (let k = 0; k < even.length; k++) out[2 * k] = even[k]!;
  for (let k = 0; k < oddCosines.length; k++) {
    const cosines = oddCosines[k]!;
    let sum = 0;
    for (let n = 0; n < half; n++) sum += differences[n]! * cosines[n]!;
    out[2 * k + 1] = 2 * sum;
  }
  return out;
}
