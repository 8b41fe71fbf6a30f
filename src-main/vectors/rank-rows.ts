/** The rows most like a direction, among those allowed: one exact pass, nothing copied. */
import type { UnitVectors } from './unit-vectors.ts';

export interface RankedRows {
  /** Best first; of equals the lower row first. */
  readonly rows: Int32Array;
  /** Cosines in [−1, 1]. */
  readonly scores: Float32Array;
}

/**
 * 100,000 rows of 128 numbers take some 13 ms.
 *
 * @param direction [D], finite, any length but 0.
 * @param allowed one byte a row: 1 where it may answer; null: all may.
 * @param top at most so many, ≥ 1.
 */
export function rankRows(
  { count, dimensions, values }: UnitVectors,
  direction: Float32Array,
  allowed: Uint8Array | null,
  top: number,
): RankedRows {
  const unit = unitOf(direction);
  const best = new BestRows(Math.min(top, count));
  for (let row = 0; row < count; row++) {
    if (allowed !== null && allowed[row] === 0) continue;
    best.offer(row, dotProduct(values, row * dimensions, unit));
  }
  return best.inOrder();
}

function unitOf(direction: Float32Array): Float64Array {
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  return Float64Array.from(direction, (value) => value / length);
}

/** Four sums side by side: the processor adds them at once. */
function dotProduct(values: Float32Array, start: number, unit: Float64Array): number {
  const length = unit.length;
  const whole = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let j = 0; j < whole; j += 4) {
    a += values[start + j]! * unit[j]!;
    b += values[start + j + 1]! * unit[j + 1]!;
    c += values[start + j + 2]! * unit[j + 2]!;
    d += values[start + j + 3]! * unit[j + 3]!;
  }
  for (let j = whole; j < length; j++) a += values[start + j]! * unit[j]!;
  return a + b + (c + d);
}

/** The best so far as a heap with the worst on top. Rows are offered in ascending order. */
class BestRows {
  readonly #rows: Int32Array;
  readonly #scores: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#rows = new Int32Array(most);
    this.#scores = new Float64Array(most);
  }

  offer(row: number, score: number): void {
    if (this.#count < this.#rows.length) this.#rise(this.#count++, row, score);
    else if (this.#count > 0 && score > this.#scores[0]!) this.#sink(row, score);
  }

  inOrder(): RankedRows {
    const places = Array.from({ length: this.#count }, (_, i) => i);
    places.sort((i, j) => this.#scores[j]! - this.#scores[i]! || this.#rows[i]! - this.#rows[j]!);
    return {
      rows: Int32Array.from(places, (i) => this.#rows[i]!),
      scores: Float32Array.from(places, (i) => Math.min(1, Math.max(-1, this.#scores[i]!))),
    };
  }

  /** True when what lies at `i` must leave before the given one: a lower score, or a later row of the same. */
  #isWorse(i: number, row: number, score: number): boolean {
    return this.#scores[i]! < score || (this.#scores[i] === score && this.#rows[i]! > row);
  }

  #rise(at: number, row: number, score: number): void {
    let i = at;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#isWorse(parent, row, score)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#rows[i] = row;
    this.#scores[i] = score;
  }

  #sink(row: number, score: number): void {
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#count) break;
      const right = child + 1;
      if (right < this.#count && this.#isWorse(right, this.#rows[child]!, this.#scores[child]!)) child = right;
      if (!this.#isWorse(child, row, score)) break;
      this.#move(child, i);
      i = child;
    }
    this.#rows[i] = row;
    this.#scores[i] = score;
  }

  #move(from: number, to: number): void {
    this.#rows[to] = this.#rows[from]!;
    this.#scores[to] = this.#scores[from]!;
  }
}
