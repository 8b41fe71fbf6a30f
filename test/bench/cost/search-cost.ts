/** Milliseconds of an exact search against rows: one query, its 100 nearest of unit vectors of 512 numbers. */
import { RandomStream } from '#base/random.ts';
import { scanExactly, type UnitRows } from '#vectors/exact-scan.ts';
import { measureSeries, type Series } from './series.ts';

const ROWS = [25_000, 50_000, 100_000, 200_000, 400_000];
const DIMENSIONS = 512;
const K = 100;
const ROUNDS = 9;

export function searchCost(): Promise<Series> {
  const bank = unitRows(ROWS.at(-1)!, 1);
  const query = unitRows(1, 2);
  const sizes = ROWS.map((size) => {
    const part = { ...bank, count: size, values: bank.values.subarray(0, size * DIMENSIONS) };
    return {
      size,
      measure: () => {
        const startMs = performance.now();
        scanExactly(part, query, K, 1);
        return Promise.resolve(performance.now() - startMs);
      },
    };
  });
  return measureSeries({ part: 'search', name: 'one query', work: 'rows' }, sizes, ROUNDS);
}

function unitRows(count: number, seed: number): UnitRows {
  const random = new RandomStream(seed, 'cost of a search');
  const values = new Float32Array(count * DIMENSIONS);
  for (let row = 0; row < count; row++) {
    const vector = values.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    let squares = 0;
    for (let i = 0; i < DIMENSIONS; i++) squares += (vector[i] = random.uniform() - 0.5) ** 2;
    for (let i = 0; i < DIMENSIONS; i++) vector[i]! /= Math.sqrt(squares);
  }
  return { count, dimensions: DIMENSIONS, values };
}
