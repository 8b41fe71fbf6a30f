/** The two facts taken from EXIF. Damaged EXIF is no reason to refuse a picture: then both are absent. */
import readExif from 'exif-reader';

export interface ExifFacts {
  /** 1 … 8; 1 when absent or out of range. */
  readonly orientation: number;
  /** `2021-05-03T14:07:00`, local time of the camera, or null. */
  readonly capturedAt: string | null;
}

export const noExif: ExifFacts = { orientation: 1, capturedAt: null };

/** @param block a TIFF structure, with or without `Exif\0\0` before it; null when the file has none. */
export function readExifFacts(block: Uint8Array | null | undefined): ExifFacts {
  if (!block || block.length < 8) return noExif;
  try {
    const tags = readExif(Buffer.from(block.buffer, block.byteOffset, block.byteLength));
    const dates = [tags.Photo?.DateTimeOriginal, tags.Photo?.DateTimeDigitized, tags.Image?.DateTime];
    const capturedAt = dates.map(localTime).find((date) => date !== null) ?? null;
    const orientation = tags.Image?.Orientation;
    const isValid = typeof orientation === 'number' && orientation >= 1 && orientation <= 8;
    return { orientation: isValid ? orientation : 1, capturedAt };
  } catch {
    return noExif;
  }
}

/** Cameras without a set clock write zeros, or 1 January of an early year; what isn't a date is absent. */
function localTime(value: unknown): string | null {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return null;
  const year = value.getUTCFullYear();
  return year >= 1826 && year <= 9999 ? value.toISOString().slice(0, 19) : null;
}
