/**
 * Windows bitmaps, which libvips' prebuilt library cannot read: 1, 4, 8, 16, 24 and 32 bits, palettes, bit fields,
 * top-down rows, run lengths (4 and 8 bits). Layout: Microsoft's BITMAPINFOHEADER and its successors.
 */
import { KindredError } from '#base/errors.ts';

export interface Bitmap {
  readonly widthPx: number;
  readonly heightPx: number;
  /** uint8 [height, width, 3]; alpha is laid over white. */
  readonly rgb: Uint8Array;
}

interface BitmapHeader {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly pixelsAt: number;
  readonly palette: Uint8Array;
  /** Bytes of one palette entry: 3 in the oldest header, else 4. */
  readonly paletteStep: number;
  readonly masks: readonly [number, number, number, number];
}

const RUN_LENGTH_8 = 1;
const RUN_LENGTH_4 = 2;
const BIT_FIELDS = 3;

const broken = (what: string): KindredError => new KindredError('image.unreadable', what);

/** Size alone, so that limits can be checked before memory is taken. */
export function readBitmapSize(bytes: Uint8Array): { readonly widthPx: number; readonly heightPx: number } {
  const header = readHeader(bytes);
  return { widthPx: header.width, heightPx: header.height };
}

/** @throws KindredError `image.unreadable` when the file is damaged or ends early. */
export function decodeBitmap(bytes: Uint8Array): Bitmap {
  const header = readHeader(bytes);
  const rgb = new Uint8Array(header.width * header.height * 3);
  if (header.compression === RUN_LENGTH_8 || header.compression === RUN_LENGTH_4) paintRuns(bytes, header, rgb);
  else paintRows(bytes, header, rgb);
  return { widthPx: header.width, heightPx: header.height, rgb };
}

function readHeader(bytes: Uint8Array): BitmapHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw broken('the bitmap ends within its header');
  const headerBytes = view.getUint32(14, true);
  const isOld = headerBytes === 12;
  if (!isOld && bytes.length < 54) throw broken('the bitmap ends within its header');
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  if (width <= 0 || signedHeight === 0) throw broken(`the bitmap's size is ${width} × ${signedHeight}`);
  checkCoding(bits, compression);
  const masksAt = 54;
  const hasMasks = compression === BIT_FIELDS || compression === 6;
  const hasOwnAlpha = hasMasks && (headerBytes >= 56 || compression === 6);
  if (hasMasks && bytes.length < masksAt + 16) throw broken('the bitmap ends within its header');
  const mask = (index: number): number => view.getUint32(masksAt + index * 4, true);
  const paletteAt = 14 + headerBytes + (hasMasks && headerBytes === 40 ? (hasOwnAlpha ? 16 : 12) : 0);
  const pixelsAt = view.getUint32(10, true);
  return {
    width,
    height: Math.abs(signedHeight),
    isTopDown: signedHeight < 0,
    bits,
    compression,
    pixelsAt,
    palette: bits <= 8 ? bytes.subarray(paletteAt, Math.max(paletteAt, pixelsAt)) : new Uint8Array(0),
    paletteStep: isOld ? 3 : 4,
    masks: hasMasks
      ? [mask(0), mask(1), mask(2), hasOwnAlpha ? mask(3) : 0]
      : bits === 16
        ? [0x7c00, 0x3e0, 0x1f, 0]
        : [0xff0000, 0xff00, 0xff, 0],
  };
}

function checkCoding(bits: number, compression: number): void {
  const allowed: Readonly<Record<number, readonly number[]>> = {
    0: [1, 4, 8, 16, 24, 32],
    [RUN_LENGTH_8]: [8],
    [RUN_LENGTH_4]: [4],
    [BIT_FIELDS]: [16, 32],
    6: [16, 32],
  };
  if (!allowed[compression]?.includes(bits)) {
    throw broken(`the bitmap has ${bits} bits with compression ${compression}, which is not supported`);
  }
}

function paintPalette(header: BitmapHeader, index: number, rgb: Uint8Array, at: number): void {
  const from = index * header.paletteStep;
  if (from + 3 > header.palette.length) throw broken(`the bitmap uses colour ${index}, which its palette lacks`);
  rgb[at] = header.palette[from + 2]!;
  rgb[at + 1] = header.palette[from + 1]!;
  rgb[at + 2] = header.palette[from]!;
}

/** Where a row counted from the file's first one lies in the picture. */
const rowStart = (header: BitmapHeader, row: number): number =>
  (header.isTopDown ? row : header.height - 1 - row) * header.width * 3;

function paintRows(bytes: Uint8Array, header: BitmapHeader, rgb: Uint8Array): void {
  const { width, height, bits, pixelsAt } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const needed = pixelsAt + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (bytes.length < needed) throw broken(`the file ends after ${bytes.length} of ${needed} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = header.masks.map(readField);
  for (let row = 0; row < height; row++) {
    const from = pixelsAt + row * stride;
    for (let x = 0, at = rowStart(header, row); x < width; x++, at += 3) {
      if (bits <= 8) {
        const bit = x * bits;
        const index = (bytes[from + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        paintPalette(header, index, rgb, at);
      } else if (bits === 24) {
        for (let c = 0; c < 3; c++) rgb[at + c] = bytes[from + x * 3 + 2 - c]!;
      } else {
        const value = bits === 16 ? view.getUint16(from + x * 2, true) : view.getUint32(from + x * 4, true);
        const alpha = header.masks[3] === 0 ? 255 : fields[3]!(value);
        for (let c = 0; c < 3; c++) rgb[at + c] = Math.round((fields[c]!(value) * alpha + 255 * (255 - alpha)) / 255);
      }
    }
  }
}

/** Reads one channel out of a pixel, scaled to 0 … 255. */
function readField(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / largest);
}

/** Runs: (count, value), or 0 followed by 0 end of row, 1 end of picture, 2 a jump, n ≥ 3 literal pixels. */
function paintRuns(bytes: Uint8Array, header: BitmapHeader, rgb: Uint8Array): void {
  rgb.fill(255);
  const isNibbles = header.compression === RUN_LENGTH_4;
  let [at, x, row] = [header.pixelsAt, 0, 0];
  const put = (index: number): void => {
    if (x < header.width && row < header.height) paintPalette(header, index, rgb, rowStart(header, row) + x * 3);
    x++;
  };
  while (row < header.height) {
    if (at + 2 > bytes.length) throw broken(`the bitmap's runs end in row ${row} of ${header.height}`);
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isNibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      x = 0;
      row++;
    } else if (value === 1) {
      return;
    } else if (value === 2) {
      x += bytes[at] ?? 0;
      row += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (isNibbles ? i >> 1 : i)] ?? 0;
        put(isNibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      const literalBytes = isNibbles ? Math.ceil(value / 2) : value;
      at += literalBytes + (literalBytes % 2);
    }
  }
}
