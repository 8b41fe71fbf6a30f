import { writeFile } from 'node:fs/promises';
import type { DecodedPixels } from '#application/ports/images.ts';

const HEADER_BYTES = 54;

/** Writes a picture without loss as a BMP of 24 bits, which the decoders read: for pictures that are no file yet. */
export async function writeBmp(path: string, { widthPx, heightPx, data }: DecodedPixels): Promise<void> {
  const rowBytes = Math.ceil((3 * widthPx) / 4) * 4;
  const bytes = Buffer.alloc(HEADER_BYTES + rowBytes * heightPx);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADER_BYTES, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(widthPx, 18);
  bytes.writeInt32LE(heightPx, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(rowBytes * heightPx, 34);
  for (let y = 0; y < heightPx; y++) {
    // Rows from the bottom up, pixels as blue, green, red.
    let at = HEADER_BYTES + (heightPx - 1 - y) * rowBytes;
    for (let from = 3 * y * widthPx; from < 3 * (y + 1) * widthPx; from += 3) {
      bytes[at++] = data[from + 2]!;
      bytes[at++] = data[from + 1]!;
      bytes[at++] = data[from]!;
    }
  }
  await writeFile(path, bytes);
}
