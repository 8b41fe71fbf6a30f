import { describe, expect, it } from 'vitest';
import { philox4x32, RandomStream } from '#base/random.ts';

const block = (counter: number[], key: number[]): string[] => {
  const out = new Uint32Array(4);
  philox4x32(counter, key, out);
  return [...out].map((word) => word.toString(16).padStart(8, '0'));
};

describe('philox4x32', () => {
  // Known answers published with Random123 (kat_vectors, philox4x32 10).
  it('gives the published answers', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    const ones = 0xffffffff;
    expect(block([ones, ones, ones, ones], [ones, ones])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });
});

describe('RandomStream', () => {
  it('draws the same numbers again for the same seed, purpose and indices, and others for any other', () => {
    const draw = (seed: number, purpose: string, first: number, second: number) =>
      Array.from(
        { length: 9 },
        (
          (stream) => () =>
            stream.uniform()
        )(new RandomStream(seed, purpose, first, second)),
      );
    const base = draw(7, 'crop', 3, 4);
    expect(draw(7, 'crop', 3, 4)).toEqual(base);
    for (const other of [draw(8, 'crop', 3, 4), draw(7, 'flip', 3, 4), draw(7, 'crop', 4, 4), draw(7, 'crop', 3, 5)]) {
      expect(other.filter((value, i) => value === base[i])).toEqual([]);
    }
    expect(draw(7 + 2 ** 40, 'crop', 3, 4)).not.toEqual(base);
  });

  it('is uniform and normal in its first two moments', () => {
    const stream = new RandomStream(1, 'moments');
    const count = 200_000;
    let mean = 0;
    let square = 0;
    let normalMean = 0;
    let normalSquare = 0;
    for (let i = 0; i < count; i++) {
      const u = stream.uniform();
      const z = stream.normal();
      mean += u / count;
      square += (u * u) / count;
      normalMean += z / count;
      normalSquare += (z * z) / count;
    }
    expect(mean).toBeCloseTo(0.5, 2);
    expect(square).toBeCloseTo(1 / 3, 2);
    expect(normalMean).toBeCloseTo(0, 1);
    expect(Math.abs(normalSquare - 1)).toBeLessThan(0.02);
  });

  it('permutes every index exactly once, all orders of three about equally often', () => {
    const order = new RandomStream(5, 'order').permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = new RandomStream(5, 'orders', i).permutation(3).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
