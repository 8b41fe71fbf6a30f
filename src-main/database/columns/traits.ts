/**
 * What a picture is like, by the measures of its import (brightness in [0, 1], sharpness as the variance of the
 * Laplacian, information in bits) and its size. Coarse on purpose: these are for finding candidates.
 */
import type { Trait } from '#application/ports/listings.ts';

export interface Measures {
  readonly brightness: number;
  readonly sharpness: number;
  readonly entropyBits: number;
  readonly shortSidePx: number;
}

const TRAITS: Readonly<Record<Trait, (measures: Measures) => boolean>> = {
  dark: ({ brightness }) => brightness < 0.2,
  bright: ({ brightness }) => brightness > 0.85,
  blurred: ({ sharpness }) => sharpness < 50,
  plain: ({ entropyBits }) => entropyBits < 3,
  small: ({ shortSidePx }) => shortSidePx < 64,
  large: ({ shortSidePx }) => shortSidePx >= 1024,
};

export const traitNames = Object.keys(TRAITS) as readonly Trait[];
const tests = Object.values(TRAITS);

/** Bit i is set when the picture has trait i of `traitNames`. */
export function traitBits(measures: Measures): number {
  let bits = 0;
  for (let i = 0; i < tests.length; i++) if (tests[i]!(measures)) bits |= 1 << i;
  return bits;
}

/** The bits of any of these traits. */
export function maskOf(traits: readonly Trait[]): number {
  return traits.reduce((mask, trait) => mask | (1 << traitNames.indexOf(trait)), 0);
}
