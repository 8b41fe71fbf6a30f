/**
 * The index of a pixel cache: which image lies where. One file, replaced as a whole.
 *
 *   8 bytes   `KPIXEL02`
 *   u32       cacheSide
 *   u32       number of segments S, then S × u32: each segment's number and S × u32: its length in bytes
 *   u32       number of images N, then N records of 60 bytes:
 *             content hash (32), segment number, offset, length, encoding (0 raw, 1 WebP), width, height, CRC-32 of the
 *             bytes kept (u32 each)
 *   32 bytes  SHA-256 of all before
 * All numbers little-endian. An index that is not exactly so does not count: the cache is built again.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** raw: uint8 [3, height, width]. webp: a WebP file of quality 95. */
export type PixelEncoding = 'raw' | 'webp';

export interface CachedPlace {
  readonly segment: number;
  readonly offset: number;
  /** Bytes kept. */
  readonly length: number;
  readonly encoding: PixelEncoding;
  readonly width: number;
  readonly height: number;
  /** CRC-32 of the bytes kept. */
  readonly checksum: number;
}

export interface PixelIndex {
  readonly cacheSide: number;
  /** Length in bytes by segment number. */
  readonly segments: Map<number, number>;
  /** By content hash. */
  readonly images: Map<string, CachedPlace>;
}

const MAGIC = 'KPIXEL02';
const RECORD_BYTES = 60;
const ENCODINGS: readonly PixelEncoding[] = ['raw', 'webp'];
const HASH_BYTES = 32;

export const indexPath = (folder: string): string => join(folder, 'index.bin');
export const segmentPath = (folder: string, segment: number): string =>
  join(folder, `segment-${String(segment).padStart(5, '0')}.pixels`);

/** @returns null when there is none, or one that is damaged. */
export function readPixelIndex(folder: string): PixelIndex | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(indexPath(folder));
  } catch {
    return null;
  }
  const body = bytes.subarray(0, Math.max(0, bytes.length - HASH_BYTES));
  const isWhole = digestOf(body).equals(bytes.subarray(body.length)) && body.toString('latin1', 0, 8) === MAGIC;
  return isWhole ? decodeIndex(body) : null;
}

function decodeIndex(body: Buffer): PixelIndex {
  let at = 8;
  const next = (): number => {
    at += 4;
    return body.readUInt32LE(at - 4);
  };
  const cacheSide = next();
  const segments = new Map<number, number>();
  for (let count = next(); count > 0; count--) segments.set(next(), next());
  const images = new Map<string, CachedPlace>();
  for (let count = next(); count > 0; count--) {
    const hash = body.toString('hex', at, at + HASH_BYTES);
    at += HASH_BYTES;
    const [segment, offset, length, encoding] = [next(), next(), next(), ENCODINGS[next()] ?? 'raw'];
    images.set(hash, { segment, offset, length, encoding, width: next(), height: next(), checksum: next() });
  }
  return { cacheSide, segments, images };
}

function encodeIndex({ cacheSide, segments, images }: PixelIndex): Buffer {
  const body = Buffer.alloc(20 + segments.size * 8 + images.size * RECORD_BYTES);
  body.write(MAGIC, 'latin1');
  let at = 8;
  const put = (value: number): void => {
    at = body.writeUInt32LE(value, at);
  };
  put(cacheSide);
  put(segments.size);
  for (const [segment, length] of segments) [segment, length].forEach(put);
  put(images.size);
  for (const [hash, { segment, offset, length, encoding, width, height, checksum }] of images) {
    at += body.write(hash, at, 'hex');
    [segment, offset, length, ENCODINGS.indexOf(encoding), width, height, checksum].forEach(put);
  }
  return Buffer.concat([body, digestOf(body)]);
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Replaces the index: the old one is valid until the new one is whole on disk. */
export function writePixelIndex(folder: string, index: PixelIndex): void {
  const temporary = `${indexPath(folder)}.new`;
  const descriptor = openSync(temporary, 'w');
  try {
    writeWhole(descriptor, encodeIndex(index));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, indexPath(folder));
  syncFolder(folder);
}

/** `write` may take less than it is given, as when the disk fills. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/** Makes renames below a folder last. Windows has no such call. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** True when the segment's file is there with its whole length. */
export function isSegmentWhole(folder: string, segment: number, length: number): boolean {
  return statSync(segmentPath(folder, segment), { throwIfNoEntry: false })?.size === length;
}
