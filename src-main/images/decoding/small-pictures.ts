/**
 * Small JPEGs, decoded several at a time. Of a picture of 32 × 32 pixels most of the work is not decoding but setting up a
 * pipeline for it: as one tall picture of sixteen each takes two thirds (0.32 of 0.48 ms of the processor; libvips 8.18).
 * What comes out is the same.
 */
import sharp from 'sharp';
import type { DecodedPixels } from '#application/ports/images.ts';
import type { DecodeLimits } from '../limits.ts';
import { readJpegStructure } from './jpeg-segments.ts';
import { renderRgb } from './picture.ts';
import { sniffFormat } from './sniff.ts';

const MOST_BYTES = 64 * 1024;
const MOST_PIXELS = 128 * 128;

export interface SmallPicture {
  readonly bytes: Buffer;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** @returns null for a picture that has to be decoded by itself. */
export function smallPicture(bytes: Buffer, shortSide: number): SmallPicture | null {
  if (bytes.length > MOST_BYTES) return null;
  const sniffed = sniffFormat(bytes);
  const jpeg = 'format' in sniffed && sniffed.format === 'jpeg' ? readJpegStructure(bytes) : null;
  if (jpeg === null || jpeg.exif !== null || !jpeg.isPlain) return null;
  const { codedWidthPx: widthPx, codedHeightPx: heightPx } = jpeg;
  const isSmall = Math.min(widthPx, heightPx) <= shortSide && widthPx * heightPx <= MOST_PIXELS;
  return isSmall ? { bytes, widthPx, heightPx } : null;
}

/** @param pictures of one size, at least two. @throws whatever sharp throws when one of them is damaged. */
export async function smallPixels(
  pictures: readonly SmallPicture[],
  { maxPixels }: DecodeLimits,
): Promise<readonly DecodedPixels[]> {
  const { widthPx, heightPx } = pictures[0]!;
  const inputs = pictures.map(({ bytes }) => bytes);
  const tall = sharp(inputs, { failOn: 'truncated', limitInputPixels: maxPixels, join: { across: 1 } });
  const { data, ...size } = await renderRgb(tall, false);
  if (size.widthPx !== widthPx || size.heightPx !== heightPx * pictures.length) throw new Error('Not of one size.');
  const bytes = 3 * widthPx * heightPx;
  return pictures.map((_, i) => ({ widthPx, heightPx, data: data.subarray(i * bytes, (i + 1) * bytes) }));
}
