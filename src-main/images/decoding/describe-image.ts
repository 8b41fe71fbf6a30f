/** From a path to all that is kept of an image: the file is read once and decoded once. */
import type { DecodedPixels, ImageFacts } from '#application/ports/images.ts';
import type { DecodeLimits } from '../limits.ts';
import { contentHashOf } from '../hashes.ts';
import { describeColourAndShape } from '../measures/descriptor.ts';
import { HASHED_SIDE, perceptualHashOfSquare } from '../measures/perceptual-hash.ts';
import { lumaOf, resizeLanczosToSquare } from '../measures/pillow-resize.ts';
import { qualityOf } from '../measures/quality.ts';
import { openPicture, pipelineOf, pipelineOfRgb, renderRgb, type Picture } from './picture.ts';
import { needsAllPixels, pixelHashOf } from './pixel-hash.ts';
import { keepThumbnail, THUMBNAIL_SIDE } from './thumbnail.ts';

/**
 * Perceptual hash, quality and descriptor come from the picture at the thumbnail's size, so exactly from its own
 * pixels when it is no larger.
 *
 * @throws KindredError, or what sharp throws; see `decodeFailureOf`.
 */
export async function describeImage(bytes: Buffer, thumbnailFolder: string, limits: DecodeLimits): Promise<ImageFacts> {
  const contentHash = contentHashOf(bytes);
  const picture = await openPicture(bytes, limits);
  const { sight, pixelHash } = await look(picture, contentHash);
  await keepThumbnail(thumbnailFolder, contentHash, sight);
  const luma = lumaOf(sight.data);
  const square = resizeLanczosToSquare(luma, sight.widthPx, sight.heightPx, HASHED_SIDE);
  return {
    contentHash,
    pixelHash,
    format: picture.format,
    widthPx: picture.widthPx,
    heightPx: picture.heightPx,
    frames: picture.frames,
    capturedAt: picture.exif.capturedAt,
    perceptualHash: perceptualHashOfSquare(square),
    quality: qualityOf(luma, sight.widthPx, sight.heightPx),
    descriptor: describeColourAndShape(sight.data, sight.widthPx, sight.heightPx, square),
  };
}

const fitsThumbnail = ({ widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): boolean =>
  widthPx <= THUMBNAIL_SIDE && heightPx <= THUMBNAIL_SIDE;

const thumbnailFit = {
  width: THUMBNAIL_SIDE,
  height: THUMBNAIL_SIDE,
  fit: 'inside',
  withoutEnlargement: true,
} as const;

/** Decodes a picture, once. `sight`: upright, at most 256 px on a side. */
export async function look(
  picture: Picture,
  contentHash: string,
): Promise<{ sight: DecodedPixels; pixelHash: string }> {
  if (!needsAllPixels(picture)) {
    const pixelHash = pixelHashOf(picture, contentHash, null);
    const pipeline = pipelineOf(picture);
    const fitted = fitsThumbnail(picture) ? pipeline : pipeline.resize(thumbnailFit);
    const sight = await renderRgb(fitted, picture.format !== 'jpeg');
    return { sight, pixelHash };
  }
  const whole = await renderRgb(pipelineOf(picture));
  const pixelHash = pixelHashOf(picture, contentHash, whole);
  const sight = fitsThumbnail(whole) ? whole : await renderRgb(pipelineOfRgb(whole).resize(thumbnailFit), false);
  return { sight, pixelHash };
}
