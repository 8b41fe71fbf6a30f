import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { perceptualHash } from '#images/measures/perceptual-hash.ts';
import { lumaOf, resizeLanczosToSquare } from '#images/measures/pillow-resize.ts';

interface Case {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Sum over the 32 × 32 greyscale of (position + 1) × value. */
  readonly square: number;
  readonly hash: string;
}

const { cases } = JSON.parse(readFileSync(new URL('perceptual-hashes.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

/** The same whole numbers as `drawn` in make-numbers.py. */
function drawn(seed: number, width: number, height: number): Uint8Array {
  let state = (Math.imul(seed, 2654435761) + 12345) >>> 0;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const slopes = Array.from({ length: 6 }, () => next() >>> 28);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, at++) {
        const wave = (x * slopes[2 * c]! + y * slopes[2 * c + 1]!) % 384;
        rgb[at] = Math.min(255, Math.abs(wave - 192) + (next() >>> 26));
      }
    }
  }
  return rgb;
}

describe('against imagehash 4.3.2 on Pillow 13.0.0', () => {
  it.each(cases)(
    'picture $seed of $width × $height has the same greyscale and, three columns or more, the same hash',
    (parity) => {
      const { seed, width, height } = parity;
      const rgb = drawn(seed, width, height);
      const square = resizeLanczosToSquare(lumaOf(rgb), width, height, 32);
      expect(square.reduce((sum, value, i) => sum + value * (i + 1), 0)).toBe(parity.square);
      // Two columns give exact zeros for every even horizontal frequency; scipy's rounding decides those bits, not ours.
      if (width > 2) expect(perceptualHash(rgb, width, height)).toBe(parity.hash);
    },
  );
});
