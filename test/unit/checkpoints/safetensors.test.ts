import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#checkpoints/safetensors.ts';

const state = new Map([
  ['a', { shape: [2, 2], dtype: 'float32' as const, values: Float32Array.of(1, -2, 3.5, 0) }],
  ['b', { shape: [1], dtype: 'int32' as const, values: Int32Array.of(-7) }],
]);
const encoded = () => Buffer.concat(encodeSafetensors(state, { format: 'test' }));

/** A file with this header and so many bytes after it. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([head, json, Buffer.alloc(dataBytes)]);
}

describe('safetensors', () => {
  it('is laid out as the format says: length, JSON padded to 8 bytes, values', () => {
    const file = encoded();
    const length = Number(file.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(file.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: { format: 'test' },
      a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
      b: { dtype: 'I32', shape: [1], data_offsets: [16, 20] },
    });
    expect(file.readFloatLE(8 + length + 8)).toBe(3.5);
    expect(file.readInt32LE(8 + length + 16)).toBe(-7);
  });

  it('comes back equal, wherever in memory the file lies', () => {
    for (const shift of [0, 1, 4]) {
      const memory = Buffer.alloc(encoded().length + shift);
      encoded().copy(memory, shift);
      expect(decodeSafetensors(memory.subarray(shift), 'x')).toEqual(state);
    }
  });

  it.each([
    ['a header longer than the file', Buffer.from('ffffffffffffff7f00', 'hex'), /header claims/],
    ['no JSON', fileOf('{"a":', 0), /not JSON/],
    [
      'a range that does not fit its shape',
      fileOf({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 8),
      /needs 12/,
    ],
    ['a range past the end', fileOf({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, 8), /ends after/],
    ['a gap', fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8), /starts at byte 4/],
    ['bytes left over', fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 9), /5 bytes follow/],
    ['an unknown type', fileOf({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 2), /not understood/],
    ['a negative size', fileOf({ a: { dtype: 'F32', shape: [-1], data_offsets: [0, -4] } }, 0), /not understood/],
  ])('refuses %s', (_, file, message) => {
    expect(() => decodeSafetensors(file, 'x.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(file, 'x.safetensors')).toThrow(
      expect.objectContaining({ code: 'checkpoint.damaged' }),
    );
  });
});
