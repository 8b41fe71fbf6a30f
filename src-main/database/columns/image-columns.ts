/** What filters, orders and searches ask of images, a column a question. Images never change once they are there. */
import type { Prepared } from '../prepared.ts';
import { Dictionary } from './dictionary.ts';
import { rowOfId, withRoom } from './sorted-rows.ts';
import { traitBits } from './traits.ts';

const HASH_BYTES = 32;
/** Rows read by one statement: some milliseconds. */
const PIECE_ROWS = 10_000;

const ROWS = `SELECT id, width_px, height_px, brightness, sharpness, entropy_bits, captured_at FROM images
  WHERE id > $after ORDER BY id LIMIT ${PIECE_ROWS}`;
/** One text for many hashes: a Buffer each would take four times as long. */
const HASHES = `SELECT group_concat(hex(content_hash), '') AS hashes FROM
  (SELECT content_hash FROM images WHERE id > $after AND id <= $last ORDER BY id)`;

interface Row {
  readonly id: number;
  readonly width_px: number;
  readonly height_px: number;
  readonly brightness: number;
  readonly sharpness: number;
  readonly entropy_bits: number;
  readonly captured_at: string | null;
}

export class ImageColumns {
  count = 0;
  id = new Int32Array(0);
  /** See `traitBits`. */
  traits = new Uint8Array(0);
  /** Code in `years`. */
  year = new Uint16Array(0);
  brightness = new Float64Array(0);
  sharpness = new Float64Array(0);
  pixels = new Float64Array(0);
  /** When it was taken, as the number YYYYMMDDhhmmss; −∞: not said. */
  captured = new Float64Array(0);
  /** Content hashes, 32 bytes each. */
  hash = new Uint8Array(0);
  readonly years: Dictionary;

  constructor(years: readonly string[] = ['']) {
    this.years = new Dictionary(years);
  }

  rowOf(imageId: number): number {
    return rowOfId(this.id, this.count, imageId);
  }

  /** Hexadecimal. */
  hashOf(row: number): string {
    const start = row * HASH_BYTES;
    return Buffer.from(this.hash.buffer, start, HASH_BYTES).toString('hex');
  }

  /** Reads the next images beyond those that are here. @returns false when there was none. */
  readNext(prepared: Prepared): boolean {
    const after = this.count === 0 ? 0 : this.id[this.count - 1]!;
    const rows = prepared.all<Row>(ROWS, { after });
    if (rows.length === 0) return false;
    this.makeRoom(this.count + rows.length);
    const { hashes } = prepared.get<{ hashes: string }>(HASHES, { after, last: rows.at(-1)!.id })!;
    this.hash.set(Buffer.from(hashes, 'hex'), this.count * HASH_BYTES);
    for (const row of rows) this.#add(row);
    return true;
  }

  makeRoom(count: number): void {
    this.id = withRoom(this.id, count);
    this.traits = withRoom(this.traits, count);
    this.year = withRoom(this.year, count);
    this.brightness = withRoom(this.brightness, count);
    this.sharpness = withRoom(this.sharpness, count);
    this.pixels = withRoom(this.pixels, count);
    this.captured = withRoom(this.captured, count);
    this.hash = withRoom(this.hash, count * HASH_BYTES);
  }

  #add(row: Row): void {
    const at = this.count++;
    const { brightness, sharpness, captured_at: captured } = row;
    const shortSidePx = Math.min(row.width_px, row.height_px);
    this.id[at] = row.id;
    this.traits[at] = traitBits({ brightness, sharpness, entropyBits: row.entropy_bits, shortSidePx });
    this.year[at] = this.years.codeOf(captured?.slice(0, 4) ?? '');
    this.brightness[at] = brightness;
    this.sharpness[at] = sharpness;
    this.pixels[at] = row.width_px * row.height_px;
    this.captured[at] = captured === null ? Number.NEGATIVE_INFINITY : Number(captured.replaceAll(/\D/g, ''));
  }
}
