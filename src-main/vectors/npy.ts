/**
 * The head of a NumPy `.npy` file (format 1.0), always 128 bytes long, so that a growing file's row count can be
 * written over in place, by one write within one disk sector.
 */

/** Bytes before the first row. */
export const NPY_HEADER_BYTES = 128;
const MAGIC = Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1');

export interface NpyShape {
  /** `<f4` is little-endian float32, `|S64` 64 bytes of text. */
  readonly descr: '<f4' | '|S64';
  /** [rows] or [rows, columns]. */
  readonly shape: readonly number[];
}

/** The head of a row-major array, 128 bytes. */
export function npyHeader({ descr, shape }: NpyShape): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const room = NPY_HEADER_BYTES - MAGIC.length - 2;
  const header = Buffer.alloc(NPY_HEADER_BYTES, ' ');
  MAGIC.copy(header);
  header.writeUInt16LE(room, MAGIC.length);
  header.write(text, MAGIC.length + 2, 'latin1');
  header.write('\n', NPY_HEADER_BYTES - 1);
  return header;
}

/** Reads what `npyHeader` wrote; null for anything else, other NumPy files included. */
export function parseNpyHeader(header: Buffer): NpyShape | null {
  if (header.length < NPY_HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const text = header.toString('latin1', MAGIC.length + 2, NPY_HEADER_BYTES);
  const match = /^\{'descr': '(<f4|\|S64)', 'fortran_order': False, 'shape': \((\d+)(?:,|, (\d+))\), \} *\n$/.exec(
    text,
  );
  if (match === null) return null;
  const shape = [match[2], match[3]].filter((size) => size !== undefined).map(Number);
  return { descr: match[1] as NpyShape['descr'], shape };
}
