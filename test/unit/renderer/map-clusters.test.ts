import { describe, expect, it } from 'vitest';
import { mapClusters } from '../../../src-renderer/charts/map-clusters.ts';

/** A round cloud of points, seeded. */
function cloud(x: number, y: number, radius: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [angle, reach] = [i * 2.399963, Math.sqrt((i + 0.5) / count)];
    return [x + radius * reach * Math.cos(angle), y + radius * reach * Math.sin(angle)];
  }).flat();
}

describe('mapClusters', () => {
  it('finds clouds that lie apart, the largest first, whatever the scale', () => {
    for (const scale of [0.001, 1, 1000]) {
      const points = [...cloud(0, 0, 1, 400), ...cloud(6, 1, 1, 900), ...cloud(-5, 7, 1, 200)];
      const { clusterOf, sizes } = mapClusters(Float32Array.from(points, (value) => value * scale));
      expect(sizes.slice(1)).toHaveLength(3);
      const of = (from: number, to: number) => new Set(clusterOf.slice(from, to).filter((one) => one > 0));
      expect([of(0, 400), of(400, 1300), of(1300, 1500)]).toEqual([new Set([2]), new Set([1]), new Set([3])]);
      expect(sizes[0]).toBeLessThan(75);
    }
  });

  it('counts every point once, in a cluster or in none', () => {
    const { clusterOf, sizes } = mapClusters(Float32Array.from(cloud(3, -2, 5, 5000)));
    const counted = sizes.map((_, cluster) => clusterOf.filter((one) => one === cluster).length);
    expect(counted).toEqual(sizes);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
  });

  it('has an answer for one point, for points in one place, and for none', () => {
    expect(mapClusters(new Float32Array(0)).sizes).toEqual([0]);
    expect(mapClusters(Float32Array.of(1, 1)).clusterOf).toHaveLength(1);
    expect(mapClusters(new Float32Array(200).fill(2)).sizes).toEqual([0, 100]);
  });
});
