import sharp from 'sharp';
import type { DecodedPixels, PackedPixels } from '#application/ports/images.ts';
import type { DecodeLimits } from '../limits.ts';
import { openPicture, pipelineOf, pipelineOfRgb, renderRgb } from './picture.ts';

/** High enough that a region can be judged by eye. */
const QUALITY = 88;

/**
 * The picture anew: decoded to pixels and encoded from them, so no byte of the original is handed on.
 * @param longSide the longer side is brought down to this, never up.
 */
export async function encodeAnew(bytes: Buffer, longSide: number, limits: DecodeLimits): Promise<Uint8Array> {
  const picture = await openPicture(bytes, limits);
  const fitted = pipelineOf(picture).resize({
    width: longSide,
    height: longSide,
    fit: 'inside',
    withoutEnlargement: true,
  });
  return pipelineOfRgb(await renderRgb(fitted))
    .webp({ quality: QUALITY, effort: 2 })
    .toBuffer();
}

/** The pixels of what `packPixels` made: upright sRGB without alpha, so nothing has to be looked at. */
export async function unpackPixels(webp: Uint8Array): Promise<DecodedPixels> {
  const { data, info } = await sharp(webp).raw().toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, data };
}

/** WebP's own limit. */
const LONGEST_SIDE = 16_383;
const PACKED_QUALITY = 95;

/** The pixels as WebP; as they are where it can't hold them or would be no smaller. */
export async function packPixels(pixels: DecodedPixels): Promise<PackedPixels | DecodedPixels> {
  const { widthPx, heightPx, data } = pixels;
  if (Math.max(widthPx, heightPx) > LONGEST_SIDE) return pixels;
  const webp = await pipelineOfRgb(pixels).webp({ quality: PACKED_QUALITY, effort: 2 }).toBuffer();
  return webp.length < data.length ? { widthPx, heightPx, webp } : pixels;
}
