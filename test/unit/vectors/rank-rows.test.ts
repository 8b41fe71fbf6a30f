import { expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { normaliseRows, rowOf, vectorTable } from '#base/vector-table.ts';
import { rankRows } from '#vectors/rank-rows.ts';

const COUNT = 500;
const DIMENSIONS = 13;
const random = new RandomStream(5, 'ranking');
const vectors = vectorTable(
  Float32Array.from({ length: COUNT * DIMENSIONS }, () => random.normal()),
  DIMENSIONS,
);
// Every hundredth row is the same as row 7.
for (let row = 0; row < COUNT; row += 100) rowOf(vectors, row).set(rowOf(vectors, 7));
const units = { ...normaliseRows(vectors), hashes: new Uint8Array(0) };

/** All rows by the definition: the cosine, of equals the lower row first. */
function ranked(direction: Float32Array): { row: number; score: number }[] {
  const length = Math.hypot(...direction);
  const scored = Array.from({ length: COUNT }, (_, row) => {
    const score = rowOf(units, row).reduce((sum, value, j) => sum + (value * direction[j]!) / length, 0);
    return { row, score };
  });
  return scored.toSorted((a, b) => (Math.abs(b.score - a.score) < 1e-9 ? a.row - b.row : b.score - a.score));
}

it.each([1, 6, 300, COUNT, 9000])('finds the best %i rows in order, whatever the length of the direction', (top) => {
  const direction = rowOf(vectors, 7).map((value) => 100 * value);
  const found = rankRows(units, direction, null, top);
  const expected = ranked(direction).slice(0, top);
  expect([...found.rows]).toEqual(expected.map(({ row }) => row));
  found.scores.forEach((score, i) => expect(score).toBeCloseTo(expected[i]!.score, 6));
});

it('answers only with what is allowed, in the order it has among all', () => {
  const allowed = Uint8Array.from({ length: COUNT }, () => random.below(3) >> 1);
  const direction = rowOf(vectors, 33);
  const expected = ranked(direction).filter(({ row }) => allowed[row] === 1);
  expect([...rankRows(units, direction, allowed, COUNT).rows]).toEqual(expected.map(({ row }) => row));
  expect(rankRows(units, direction, new Uint8Array(COUNT), 5).rows).toHaveLength(0);
});
