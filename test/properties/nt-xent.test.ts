import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { contrastiveMeasures } from '#simclr/losses/contrastive-measures.ts';
import { ntXentLoss } from '#simclr/losses/nt-xent.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

const RUNS = { numRuns: 40, seed: 20_260_101 };

interface Batch {
  /** 2N rows of D numbers: first views, then second views. */
  readonly rows: readonly (readonly number[])[];
  readonly temperature: number;
}

/** N in 2 … 6, D in 2 … 5, rows of length at least 0.5. */
const batches: fc.Arbitrary<Batch> = fc
  .record({
    images: fc.integer({ min: 2, max: 6 }),
    size: fc.integer({ min: 2, max: 5 }),
    temperature: fc.constantFrom(0.05, 0.1, 0.5, 1),
  })
  .chain(({ images, size, temperature }) => {
    const element = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 500);
    const row = fc
      .array(element, { minLength: size, maxLength: size })
      .filter((values) => Math.hypot(...values) >= 0.5);
    return fc.record({
      rows: fc.array(row, { minLength: 2 * images, maxLength: 2 * images }),
      temperature: fc.constant(temperature),
    });
  });

function lossOf({ rows, temperature }: Batch): number {
  return tf.tidy(() => ntXentLoss(tf.tensor2d(rows.map((row) => [...row])), temperature).dataSync()[0]!);
}

/** The definition, row by row, in float64. */
function lossByDefinition({ rows, temperature }: Batch): number {
  const half = rows.length / 2;
  const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
  const similarity = (i: number, j: number): number =>
    unit[i]!.reduce((sum, value, k) => sum + value * unit[j]![k]!, 0) / temperature;
  const perRow = rows.map((_, i) => {
    const candidates = rows.flatMap((_, j) => (j === i ? [] : [Math.exp(similarity(i, j))]));
    return Math.log(candidates.reduce((a, b) => a + b)) - similarity(i, (i + half) % rows.length);
  });
  return perRow.reduce((a, b) => a + b) / rows.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

describe('ntXentLoss', () => {
  it('[NX1] is the definition: the mean over 2N rows of a cross-entropy over 2N − 1 candidates', () => {
    fc.assert(
      fc.property(batches, (batch) => expectClose([lossOf(batch)], [lossByDefinition(batch)], 2e-5, 'loss')),
      RUNS,
    );
  });

  it('[NX3] stays the same when images change places, when views are exchanged and when rows are scaled', () => {
    const changes = fc.tuple(batches, fc.infiniteStream(fc.nat()), fc.double({ min: 0.5, max: 50, noNaN: true }));
    fc.assert(
      fc.property(changes, ([batch, keys, factor]) => {
        const half = batch.rows.length / 2;
        const order = Array.from({ length: half }, (_, i) => ({ i, key: keys.next().value })).toSorted(
          (a, b) => a.key - b.key,
        );
        const loss = lossOf(batch);
        const moved = [0, half].flatMap((offset) => order.map(({ i }) => batch.rows[offset + i]!));
        const exchanged = [...batch.rows.slice(half), ...batch.rows.slice(0, half)];
        const scaled = batch.rows.map((row, i) => row.map((value) => value * (i % 2 === 0 ? factor : 1)));
        for (const [what, rows] of Object.entries({ moved, exchanged, scaled })) {
          expectClose([lossOf({ ...batch, rows })], [loss], 2e-5, what);
        }
      }),
      RUNS,
    );
  });

  it('[NX3] falls when a positive pair is made equal and nothing else moves between images', () => {
    const rows = [
      [1, 0],
      [0, 1],
      [1, 0.4],
      [0.4, 1],
    ];
    const nearer = [
      [1, 0],
      [0, 1],
      [1, 0.1],
      [0.1, 1],
    ];
    expect(lossOf({ rows: nearer, temperature: 0.5 })).toBeLessThan(lossOf({ rows, temperature: 0.5 }) - 0.05);
  });
});

describe('contrastiveMeasures', () => {
  it('[MS1] are those of their definitions', () => {
    fc.assert(
      fc.property(batches, ({ rows, temperature }) => {
        const count = rows.length;
        const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
        const squaredDistance = (i: number, j: number): number =>
          unit[i]!.reduce((sum, value, k) => sum + (value - unit[j]![k]!) ** 2, 0);
        const pairs = unit.flatMap((_, i) =>
          unit.flatMap((_, j) => (i === j ? [] : [Math.exp(-2 * squaredDistance(i, j))])),
        );
        const actual = tf.tidy(() =>
          Object.fromEntries(
            Object.entries(contrastiveMeasures(tf.tensor2d(rows.map((row) => [...row])), temperature)).map(
              ([name, value]) => [name, (value as tf.Scalar).dataSync()[0]!],
            ),
          ),
        );
        const deviations = unit[0]!.map((_, k) => {
          const column = unit.map((row) => row[k]!);
          return Math.sqrt(mean(column.map((value) => (value - mean(column)) ** 2)));
        });
        const alignment = mean(unit.map((_, i) => squaredDistance(i, (i + count / 2) % count)));
        expectClose([actual['alignment']!], [alignment], 1e-5, 'alignment');
        expectClose([actual['uniformity']!], [Math.log(mean(pairs))], 1e-4, 'uniformity');
        expectClose([actual['projectionStd']!], [mean(deviations)], 1e-5, 'std');
      }),
      RUNS,
    );
  });
});
