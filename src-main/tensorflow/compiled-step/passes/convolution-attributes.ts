import type { Attribute, Attributes } from '../program.ts';

/**
 * The stride of a convolution that our operations know: undilated, 1 and padded to keep the size, or 2 and unpadded.
 *
 * @param side of its kernel: at 1 there is nothing to pad.
 * @returns null for any other.
 */
export function plainStride(attributes: Attributes, side: number): 1 | 2 | null {
  const stride = squareStride(attributes['strides']);
  if (stride === null || !isOnes(attributes['dilations'])) return null;
  const padding = attributes['padding'];
  if (padding?.kind !== 'string') return null;
  const known = side === 1 && stride === 1 ? ['SAME', 'VALID'] : [stride === 1 ? 'SAME' : 'VALID'];
  return known.includes(padding.value) ? stride : null;
}

/** Zeros on every side of the images that a convolution of `plainStride` reads. */
export function plainPad(side: number, stride: number): 0 | 1 {
  return side === 3 && stride === 1 ? 1 : 0;
}

function squareStride(attribute: Attribute | undefined): 1 | 2 | null {
  if (attribute?.kind !== 'ints') return null;
  const [, height, width] = attribute.value;
  return height === width && (height === 1 || height === 2) ? height : null;
}

function isOnes(attribute: Attribute | undefined): boolean {
  return attribute === undefined || (attribute.kind === 'ints' && attribute.value.every((value) => value === 1));
}
