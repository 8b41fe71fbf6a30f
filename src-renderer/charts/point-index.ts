/** Which point is nearest, in about a microsecond: a k-d tree over world coordinates. */
import KDBush from 'kdbush';

export class PointIndex {
  readonly #tree: KDBush;
  readonly #positions: Float32Array;

  /** @param positions x and y in turn. */
  constructor(positions: Float32Array) {
    this.#positions = positions;
    this.#tree = new KDBush(positions.length / 2, 64, Float32Array);
    for (let p = 0; p < positions.length; p += 2) this.#tree.add(positions[p]!, positions[p + 1]!);
    this.#tree.finish();
  }

  /** Index of the nearest point within `radius`, or null. */
  nearest(x: number, y: number, radius: number): number | null {
    let best: number | null = null;
    let least = radius * radius;
    for (const i of this.#tree.within(x, y, radius)) {
      const distance = (this.#positions[2 * i]! - x) ** 2 + (this.#positions[2 * i + 1]! - y) ** 2;
      if (distance <= least) [best, least] = [i, distance];
    }
    return best;
  }
}
