/**
 * The structure of a JPEG file, read without decoding: size, metadata, and which bytes make the picture.
 *
 * Format: ITU-T T.81, Annex B (markers and segments). Orientation and colour profile change what is seen, so they
 * count as part of the picture; all other application segments and comments do not.
 */
export interface JpegStructure {
  readonly codedWidthPx: number;
  readonly codedHeightPx: number;
  /** The EXIF block (a TIFF structure), or null. */
  readonly exif: Uint8Array | null;
  /** Three colours as JFIF has them: no grey, no CMYK, no transform of Adobe's and no colour profile. */
  readonly isPlain: boolean;
  /** Segments and coded data that decide the decoded pixels, in file order. */
  readonly pictureParts: readonly Uint8Array[];
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/**
 * @returns null when the bytes do not have the structure of a JPEG with a frame header and a scan (the decoder then
 *   has the last word).
 */
export function readJpegStructure(bytes: Uint8Array): JpegStructure | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pictureParts: Uint8Array[] = [];
  let frame: { width: number; height: number; components: number; progressive: boolean } | null = null;
  let exif: Uint8Array | null = null;
  let hasOwnColours = false;
  let at = 2;
  while (at + 4 <= buffer.length) {
    if (buffer[at] !== 0xff) return null;
    const marker = buffer[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + buffer.readUInt16BE(at + 2);
    if (end > buffer.length || end < at + 4) return null;
    const segment = buffer.subarray(at, end);
    if (marker === START_OF_SCAN) {
      if (frame === null) return null;
      const isSingleScan = !frame.progressive && segment[4] === frame.components;
      pictureParts.push(buffer.subarray(at, endOfScans(buffer, end, isSingleScan)));
      const isPlain = frame.components === 3 && !hasOwnColours;
      return { codedWidthPx: frame.width, codedHeightPx: frame.height, exif, isPlain, pictureParts };
    }
    if (isFrameHeader(marker) && segment.length >= 10) {
      const [height, width] = [segment.readUInt16BE(5), segment.readUInt16BE(7)];
      frame = { width, height, components: segment[9]!, progressive: marker !== 0xc0 && marker !== 0xc1 };
    }
    if (marker === 0xe1 && exif === null && segment.toString('latin1', 4, 10) === 'Exif\0\0')
      exif = segment.subarray(10);
    if (saysColours(marker, segment)) hasOwnColours = true;
    if (decidesPixels(marker, segment)) pictureParts.push(segment);
    at = end;
  }
  return null;
}

/** Tables and frames do; of the metadata only Adobe's colour transform (APP14) and ICC profiles (APP2). */
function decidesPixels(marker: number, segment: Buffer): boolean {
  const isComment = marker === 0xfe;
  const isApplication = marker >= 0xe0 && marker <= 0xef;
  return (!isComment && !isApplication) || saysColours(marker, segment);
}

function saysColours(marker: number, segment: Buffer): boolean {
  if (marker === 0xee) return segment.toString('latin1', 4, 9) === 'Adobe';
  return marker === 0xe2 && segment.toString('latin1', 4, 15) === 'ICC_PROFILE';
}

/**
 * Where the coded data ends. Within a scan FF is always escaped, so with a single scan the first end marker is the
 * true one; with several, tables between them may hold the same bytes, so the last one is taken.
 */
function endOfScans(buffer: Buffer, from: number, isSingleScan: boolean): number {
  const found = isSingleScan ? buffer.indexOf(END_OF_IMAGE, from) : buffer.lastIndexOf(END_OF_IMAGE);
  return found < from ? buffer.length : found;
}
