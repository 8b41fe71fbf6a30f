/**
 * The safetensors file format, so that weights open in other tools as they are: eight bytes with the header's length
 * (little-endian), a JSON header naming each array's dtype, shape and byte range, then the arrays' bytes, row-major and
 * little-endian (format description: github.com/huggingface/safetensors). Parsed, never evaluated; a file whose ranges
 * don't fit its arrays is refused.
 */
import { KindredError } from '#base/errors.ts';
import type { StateArray, StateArrays } from '#training/ports.ts';

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** A header longer than this is damage or an attack: the largest encoder's is below 200 kB. */
const HEADER_MOST_BYTES = 16 * 1024 * 1024;
const dtypeNames = { float32: 'F32', int32: 'I32' } as const;

/** @returns the file in pieces, in order; array pieces share memory with `arrays`. */
export function encodeSafetensors(arrays: StateArrays, metadata: Readonly<Record<string, string>>): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, values }] of arrays) {
    header[name] = { dtype: dtypeNames[dtype], shape, data_offsets: [offset, offset + values.byteLength] };
    pieces.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const paddedLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(LENGTH_BYTES + paddedLength).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(paddedLength), true);
  head.set(json, LENGTH_BYTES);
  return [head, ...pieces];
}

/**
 * @param file the whole file; arrays of the result share its memory where alignment allows.
 * @param what the file's name, for messages.
 * @throws KindredError `checkpoint.damaged`.
 */
export function decodeSafetensors(file: Uint8Array, what: string): StateArrays {
  const { header, dataStart } = readHeader(file, what);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => ({ name, ...readEntry(name, entry, what) }))
    .sort((a, b) => a.start - b.start);
  const arrays = new Map<string, StateArray>();
  let end = 0;
  for (const { name, dtype, shape, start, stop } of entries) {
    if (start !== end) throw damaged(what, `array "${name}" starts at byte ${start} instead of ${end}`);
    end = stop;
    if (dataStart + stop > file.length) {
      throw damaged(what, `the file ends after ${file.length} bytes, array "${name}" needs ${dataStart + stop}`);
    }
    arrays.set(name, { dtype, shape, values: typedValues(file, dataStart + start, stop - start, dtype) });
  }
  if (dataStart + end !== file.length)
    throw damaged(what, `${file.length - dataStart - end} bytes follow the last array`);
  return arrays;
}

function readHeader(file: Uint8Array, what: string): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < LENGTH_BYTES) throw damaged(what, `the file ends after ${file.length} bytes`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > HEADER_MOST_BYTES || LENGTH_BYTES + length > file.length) {
    throw damaged(what, `its header claims ${length} bytes, the file has ${file.length}`);
  }
  const dataStart = LENGTH_BYTES + length;
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(LENGTH_BYTES, dataStart)));
    if (typeof header === 'object' && header !== null) return { header: { ...header }, dataStart };
  } catch {
    // Falls through to the one message for a header that can't be read.
  }
  throw damaged(what, 'its header is not JSON');
}

interface Entry {
  readonly dtype: StateArray['dtype'];
  readonly shape: readonly number[];
  readonly start: number;
  readonly stop: number;
}

function readEntry(name: string, entry: unknown, what: string): Entry {
  const fields =
    typeof entry === 'object' && entry !== null ? new Map(Object.entries(entry)) : new Map<string, unknown>();
  const dtype = fields.get('dtype') === 'F32' ? 'float32' : fields.get('dtype') === 'I32' ? 'int32' : null;
  const shape: unknown = fields.get('shape');
  const range: unknown = fields.get('data_offsets');
  if (dtype === null || !isSizes(shape) || !isSizes(range) || range.length !== 2) {
    throw damaged(what, `its entry for "${name}" is not understood`);
  }
  const [start, stop] = [range[0]!, range[1]!];
  const bytes = shape.reduce((product, size) => product * size, 4);
  if (stop - start !== bytes)
    throw damaged(what, `array "${name}" has ${stop - start} bytes, its shape needs ${bytes}`);
  return { dtype, shape, start, stop };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function typedValues(
  file: Uint8Array,
  start: number,
  length: number,
  dtype: StateArray['dtype'],
): StateArray['values'] {
  const isAligned = (file.byteOffset + start) % 4 === 0;
  // `new Uint8Array` copies; a Buffer's `slice` would not.
  const range = file.subarray(start, start + length);
  const bytes = isAligned ? range : new Uint8Array(range);
  const view = [bytes.buffer, bytes.byteOffset, length / 4] as const;
  return dtype === 'float32' ? new Float32Array(...view) : new Int32Array(...view);
}

function damaged(what: string, why: string): KindredError {
  return new KindredError('checkpoint.damaged', `${what} is damaged: ${why}.`, { file: what, why });
}
