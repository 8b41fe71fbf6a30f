import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { drawPoints, mixed, pointsInLasso, viewOfAll, zoomedAt } from '../../../src-renderer/charts/point-cloud.ts';

const BACK = 0xff141414;
const palette = Uint32Array.of(0xff0000ff, 0xff00ff00);
const cloud = (positions: number[], groups: number[]) => ({
  positions: Float32Array.from(positions),
  groups: Uint8Array.from(groups),
});

describe('drawPoints', () => {
  it('writes a square of the group colour where the point lies, and nothing elsewhere', () => {
    const pixels = new Uint32Array(10 * 10);
    drawPoints(pixels, 10, 10, cloud([5, 5], [1]), { scale: 1, dx: 0, dy: 0 }, palette, {
      background: BACK,
      sizePx: 3,
    });
    const drawn = [...pixels].flatMap((colour, i) => (colour === BACK ? [] : [[i % 10, Math.floor(i / 10), colour]]));
    expect(drawn).toHaveLength(9);
    expect(drawn[0]).toEqual([4, 4, 0xff00ff00]);
    expect(drawn[8]).toEqual([6, 6, 0xff00ff00]);
  });

  it('leaves out what lies off the image, without wrapping to the other side', () => {
    const pixels = new Uint32Array(8 * 8);
    const outside = cloud([-3, 4, 8, 4, 4, -3, 4, 9, 1e9, 1e9], [0, 0, 0, 0, 0]);
    drawPoints(pixels, 8, 8, outside, { scale: 1, dx: 0, dy: 0 }, palette, { background: BACK, sizePx: 3 });
    expect(pixels.every((colour) => colour === BACK)).toBe(true);
  });

  it('draws emphasised points last, in full colour, and dims the others', () => {
    const pixels = new Uint32Array(6 * 6);
    const view = { scale: 1, dx: 0, dy: 0 };
    const emphasis = { of: Uint8Array.of(1, 0), value: 1 };
    drawPoints(pixels, 6, 6, cloud([1, 1, 4, 4], [0, 1]), view, palette, { background: BACK, sizePx: 1, emphasis });
    expect(pixels[6 + 1]).toBe(palette[0]);
    expect(pixels[4 * 6 + 4]).toBe(mixed(palette[1]!, BACK, 0.72));
  });
});

describe('the view', () => {
  it('shows all points inside the margin', () => {
    const points = cloud([-7, 3, 12, 40, 0, 0], [0, 0, 0]);
    const view = viewOfAll(points, 300, 200, 20);
    for (let i = 0; i < 3; i++) {
      const x = points.positions[2 * i]! * view.scale + view.dx;
      const y = points.positions[2 * i + 1]! * view.scale + view.dy;
      expect(x).toBeGreaterThanOrEqual(19.99);
      expect(x).toBeLessThanOrEqual(280.01);
      expect(y).toBeGreaterThanOrEqual(19.99);
      expect(y).toBeLessThanOrEqual(180.01);
    }
  });

  it('zooms about the pointer', () => {
    const view = zoomedAt({ scale: 2, dx: 10, dy: 20 }, 3, 50, 60);
    expect(((50 - 10) / 2) * view.scale + view.dx).toBeCloseTo(50, 9);
    expect(((60 - 20) / 2) * view.scale + view.dy).toBeCloseTo(60, 9);
  });
});

describe('pointsInLasso', () => {
  const star = [50, 0, 65, 100, 0, 35, 100, 35, 35, 100];

  it('agrees with counting windings on a star that crosses itself', () => {
    const stream = new RandomStream(3, 'lasso');
    const positions = Array.from({ length: 4000 }, () => stream.uniformIn(-10, 110));
    const points = cloud(
      positions,
      Array.from({ length: 2000 }, () => 0),
    );
    const found = new Set(pointsInLasso(points, { scale: 1, dx: 0, dy: 0 }, star));
    for (let i = 0; i < 2000; i++) {
      expect(found.has(i)).toBe(Math.abs(windings(star, positions[2 * i]!, positions[2 * i + 1]!)) % 2 === 1);
    }
    expect(found.size).toBeGreaterThan(100);
  });

  it('finds nothing in a line', () => {
    expect(pointsInLasso(cloud([1, 1], [0]), { scale: 1, dx: 0, dy: 0 }, [0, 0, 2, 2])).toHaveLength(0);
  });
});

/** Turns of the polygon about a point, by the sum of its angles. */
function windings(polygon: readonly number[], x: number, y: number): number {
  let total = 0;
  const corners = polygon.length / 2;
  for (let a = 0; a < corners; a++) {
    const b = (a + 1) % corners;
    const from = Math.atan2(polygon[2 * a + 1]! - y, polygon[2 * a]! - x);
    const to = Math.atan2(polygon[2 * b + 1]! - y, polygon[2 * b]! - x);
    let turn = to - from;
    if (turn > Math.PI) turn -= 2 * Math.PI;
    if (turn < -Math.PI) turn += 2 * Math.PI;
    total += turn;
  }
  return Math.round(total / (2 * Math.PI));
}
