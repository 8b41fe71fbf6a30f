import { KindredError } from '#base/errors.ts';
import type { DecodedPixels, Region } from '#application/ports/images.ts';
import type { DecodeLimits } from '../limits.ts';
import { reducedSize } from '../pixel-cache/pixel-cache-size.ts';
import { openPicture, pipelineOf, renderRgb, type Picture } from './picture.ts';

/**
 * A picture, or a part of it, with its short side brought down to `shortSide` (Lanczos with antialiasing; JPEG by
 * whole powers of two already while decoding), never enlarged.
 *
 * @throws KindredError `usage.invalid` for a region outside the picture; else as `openPicture`.
 */
export async function imagePixels(
  bytes: Buffer,
  shortSide: number,
  region: Region | null,
  limits: DecodeLimits,
): Promise<DecodedPixels> {
  const picture = await openPicture(bytes, limits);
  const pipeline = pipelineOf(picture);
  const part = region === null ? null : wholePixels(region, picture);
  if (part !== null) pipeline.extract({ left: part.x, top: part.y, width: part.width, height: part.height });
  const { width, height } = part ?? { width: picture.widthPx, height: picture.heightPx };
  const size = reducedSize(width, height, shortSide);
  if (size.width !== width || size.height !== height) pipeline.resize({ ...size, fit: 'fill' });
  return renderRgb(pipeline, picture.format !== 'jpeg');
}

function wholePixels(region: Region, { widthPx, heightPx }: Picture): Region {
  const x = Math.max(0, Math.floor(region.x));
  const y = Math.max(0, Math.floor(region.y));
  const width = Math.min(widthPx, Math.ceil(region.x + region.width)) - x;
  const height = Math.min(heightPx, Math.ceil(region.y + region.height)) - y;
  if (!(width > 0) || !(height > 0)) {
    const asked = `${region.x},${region.y},${region.width},${region.height}`;
    throw new KindredError('usage.invalid', `the region ${asked} lies outside the picture of ${widthPx} × ${heightPx}`);
  }
  return { x, y, width, height };
}
