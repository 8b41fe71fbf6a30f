import { describe, expect, it } from 'vitest';
import { NPY_HEADER_BYTES, npyHeader, parseNpyHeader } from '#vectors/npy.ts';

describe('npyHeader', () => {
  it('is the head NumPy documents: magic, version, length, a Python dict, padding, a line end', () => {
    const header = npyHeader({ descr: '<f4', shape: [3, 128] });
    expect(header).toHaveLength(NPY_HEADER_BYTES);
    expect([...header.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    expect(header.toString('latin1', 10)).toBe(
      `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 128), }`.padEnd(117) + '\n',
    );
    // A tuple of one needs its comma, or Python reads a number.
    expect(npyHeader({ descr: '|S64', shape: [7] }).toString('latin1')).toContain("'shape': (7,), }");
  });

  it('has room for any number of rows and reads back what it wrote', () => {
    for (const head of [
      { descr: '<f4', shape: [0, 1] },
      { descr: '<f4', shape: [Number.MAX_SAFE_INTEGER, 65_536] },
      { descr: '|S64', shape: [1_000_000] },
    ] as const) {
      expect(parseNpyHeader(npyHeader(head))).toEqual(head);
    }
  });

  it('does not take anything else for its own', () => {
    const header = npyHeader({ descr: '<f4', shape: [3, 4] });
    expect(parseNpyHeader(header.subarray(0, 100))).toBeNull();
    expect(parseNpyHeader(Buffer.alloc(128))).toBeNull();
    const double = Buffer.from(header.toString('latin1').replace('<f4', '<f8'), 'latin1');
    expect(parseNpyHeader(double)).toBeNull();
  });
});
