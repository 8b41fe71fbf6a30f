import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { project } from '#vectors/projection.ts';

/** `count` unit vectors in `clusters` tight, far apart bundles; row i belongs to bundle i % clusters. */
function bundles(count: number, dimension: number, clusters: number): Float32Array {
  const centres = Array.from({ length: clusters }, (_, c) => {
    const stream = new RandomStream(9, 'centre', c);
    return Float32Array.from({ length: dimension }, () => stream.normal());
  });
  const stream = new RandomStream(9, 'noise');
  const rows = new Float32Array(count * dimension);
  for (let i = 0; i < count; i++) {
    const centre = centres[i % clusters]!;
    for (let d = 0; d < dimension; d++) rows[i * dimension + d] = centre[d]! + 0.2 * stream.normal();
  }
  return rows;
}

describe('project', () => {
  it('puts neighbours side by side: the nearest point on the map is of the same bundle', async () => {
    const shares: number[] = [];
    const positions = await project(bundles(600, 32, 6), 32, { seed: 1, onProgress: (share) => shares.push(share) });
    expect(positions.every(Number.isFinite)).toBe(true);
    let pure = 0;
    for (let i = 0; i < 600; i++) {
      let best = -1;
      let least = Infinity;
      for (let j = 0; j < 600; j++) {
        const distance =
          (positions[2 * i]! - positions[2 * j]!) ** 2 + (positions[2 * i + 1]! - positions[2 * j + 1]!) ** 2;
        if (j !== i && distance < least) [best, least] = [j, distance];
      }
      if (best % 6 === i % 6) pure++;
    }
    expect(pure / 600).toBeGreaterThan(0.99);
    expect(shares.length).toBeGreaterThan(100);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('gives the same bytes for the same seed', async () => {
    const rows = bundles(120, 16, 3);
    expect(await project(rows, 16, { seed: 5 })).toEqual(await project(rows, 16, { seed: 5 }));
  });

  it('lays out one, two and seven images too', async () => {
    for (const count of [0, 1, 2, 7]) {
      expect(await project(bundles(count, 8, 1), 8, { seed: 1 })).toHaveLength(2 * count);
    }
  });

  it('stops when cancelled', async () => {
    const stop = new AbortController();
    const work = project(bundles(5000, 64, 5), 64, { seed: 1, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(work).rejects.toMatchObject({ code: 'job.cancelled' });
  });
});
