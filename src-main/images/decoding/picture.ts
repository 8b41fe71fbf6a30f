/**
 * Opening a picture with sharp: what its header says, and a pipeline that gives upright sRGB with alpha over white.
 */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { KindredError } from '#base/errors.ts';
import type { DecodedPixels } from '#application/ports/images.ts';
import type { DecodeLimits } from '../limits.ts';
import { decodeBitmap, readBitmapSize } from './bmp.ts';
import { noExif, readExifFacts, type ExifFacts } from './exif.ts';
import { readJpegStructure, type JpegStructure } from './jpeg-segments.ts';
import { sniffFormat, type PictureFormat } from './sniff.ts';

export interface Picture {
  readonly bytes: Buffer;
  readonly format: PictureFormat;
  /** Upright. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frames: number;
  readonly exif: ExifFacts;
  /** Null for other formats, and for a JPEG of unusual structure. */
  readonly jpeg: JpegStructure | null;
  readonly limits: DecodeLimits;
}

interface Header {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frames: number;
  readonly exif: ExifFacts;
}

/**
 * Reads the header alone.
 * @throws KindredError `image.unsupported`, `image.tooLarge`; whatever sharp throws for a damaged header.
 */
export async function openPicture(bytes: Buffer, limits: DecodeLimits): Promise<Picture> {
  const sniffed = sniffFormat(bytes);
  if ('looksLike' in sniffed) {
    throw new KindredError('image.unsupported', `the file looks like ${sniffed.looksLike}`);
  }
  const { format } = sniffed;
  const jpeg = format === 'jpeg' ? readJpegStructure(bytes) : null;
  const header = await readHeader(bytes, format, jpeg);
  if (header.widthPx * header.heightPx > limits.maxPixels) {
    const size = `${header.widthPx} × ${header.heightPx}`;
    throw new KindredError('image.tooLarge', `it has ${size} pixels, the limit is ${limits.maxPixels} in all`);
  }
  return { bytes, format, ...header, jpeg, limits };
}

async function readHeader(bytes: Buffer, format: PictureFormat, jpeg: JpegStructure | null): Promise<Header> {
  if (format === 'bmp') return { ...readBitmapSize(bytes), frames: 1, exif: noExif };
  if (jpeg !== null && jpeg.exif === null) {
    return { widthPx: jpeg.codedWidthPx, heightPx: jpeg.codedHeightPx, frames: 1, exif: noExif };
  }
  const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).metadata();
  const { capturedAt } = readExifFacts(jpeg?.exif ?? metadata.exif);
  const { width, height } = metadata.autoOrient;
  const orientation = metadata.orientation ?? 1;
  return { widthPx: width, heightPx: height, frames: metadata.pages ?? 1, exif: { orientation, capturedAt } };
}

/** A pipeline of the first frame, upright. Truncated files fail; colours off by a damaged profile do not. */
export function pipelineOf(picture: Picture): Sharp {
  if (picture.format === 'bmp') {
    const { rgb, widthPx: width, heightPx: height } = decodeBitmap(picture.bytes);
    return sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: picture.limits.maxPixels });
  }
  const options: SharpOptions = {
    failOn: 'truncated',
    limitInputPixels: picture.limits.maxPixels,
    autoOrient: picture.exif.orientation !== 1,
  };
  return sharp(picture.bytes, options);
}

/**
 * Runs a pipeline to uint8 RGB.
 * @param hasAlpha false where the picture can't have any: a flattening less is a tenth of a small picture's decoding.
 */
export async function renderRgb(pipeline: Sharp, hasAlpha = true): Promise<DecodedPixels> {
  const { data, info } = await (hasAlpha ? pipeline.flatten({ background: '#ffffff' }) : pipeline)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) {
    throw new KindredError('image.unreadable', `it has ${info.channels} channels where red, green and blue were due`);
  }
  return { widthPx: info.width, heightPx: info.height, data };
}

/** Pixels as they are, without another decoding. */
export function pipelineOfRgb({ data, widthPx, heightPx }: DecodedPixels): Sharp {
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 }, limitInputPixels: false });
}
