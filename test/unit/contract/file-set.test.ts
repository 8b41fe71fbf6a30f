import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFileSet, readFileSet, writeFileSet } from '#contract/studio/file-set.ts';

describe('a set of files as a text', () => {
  it('comes back as it was, in order and without repeats', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 400 });
    const property = fc.property(ids, (some) => {
      expect(readFileSet(writeFileSet(some))).toEqual([...new Set(some)].toSorted((a, b) => a - b));
    });
    fc.assert(property, { seed: 7 });
  });

  it('is one run for any number of files that follow each other', () => {
    expect(writeFileSet(Array.from({ length: 1_000_000 }, (_, i) => i + 1))).toBe('1.lflr');
    expect(writeFileSet([18, 12, 13, 15, 14])).toBe('c.3-3');
    expect(writeFileSet([])).toBe('');
  });

  it('stays below a request’s limit for a scattered third of a million', () => {
    const scattered = Array.from({ length: 333_333 }, (_, i) => 3 * i + 1);
    expect(writeFileSet(scattered).length).toBeLessThan(700_000);
    expect(readFileSet(writeFileSet(scattered))).toEqual(scattered);
  });

  it('is refused when it is of another kind, or names more files than there can be', () => {
    for (const text of ['1,2', '1--2', '-1', '1.', 'A', '1 2', '12345678', '1.zzzzzzz']) {
      expect(isFileSet(text), text).toBe(false);
      expect(readFileSet(text), text).toEqual([]);
    }
  });
});
