import { expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { PointIndex } from '../../../src-renderer/charts/point-index.ts';

const random = new RandomStream(3, 'points');

/** By a look at every point. */
function nearestOf(positions: Float32Array, x: number, y: number, radius: number): number | null {
  let best: number | null = null;
  let least = radius;
  for (let i = 0; i < positions.length / 2; i++) {
    const distance = Math.hypot(positions[2 * i]! - x, positions[2 * i + 1]! - y);
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

it.each([
  [1, 1],
  [40, 1],
  [3000, 1],
  [3000, 1000],
])('finds the nearest of %i points within a radius, or none (one axis %i times the other)', (count, stretch) => {
  const positions = Float32Array.from({ length: 2 * count }, (_, i) => random.normal() * (i % 2 === 0 ? stretch : 1));
  const index = new PointIndex(positions);
  let found = 0;
  for (let i = 0; i < 400; i++) {
    const [x, y] = [1.3 * stretch * random.normal(), 1.3 * random.normal()];
    const radius = [0.001, 0.05, 0.5, 20][i % 4]! * (i % 8 < 4 ? 1 : stretch);
    const nearest = index.nearest(x, y, radius);
    expect(nearest).toBe(nearestOf(positions, x, y, radius));
    if (nearest !== null) found++;
  }
  expect(found).toBeGreaterThan(40);
});

it('has none where there is no point, and knows points that lie on each other', () => {
  expect(new PointIndex(new Float32Array(0)).nearest(0, 0, 10)).toBeNull();
  const index = new PointIndex(Float32Array.of(2, 2, 2, 2, 2, 2));
  expect(index.nearest(2, 2.5, 1)).toBe(2);
  expect(index.nearest(2, 2.5, 0.4)).toBeNull();
});
