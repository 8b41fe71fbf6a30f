import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { contrastiveMeasures } from '#simclr/losses/contrastive-measures.ts';
import { expectClose } from '#test/support/closeness.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

function measuresOf(rows: number[][]): Record<string, number> {
  return tf.tidy(() => {
    const measures = Object.entries(contrastiveMeasures(tf.tensor2d(rows), 0.5)) as [string, tf.Scalar][];
    return Object.fromEntries(measures.map(([name, value]) => [name, value.dataSync()[0]!]));
  });
}

describe('contrastiveMeasures', () => {
  it('[MS2] counts a row as found only when its other view is nearer than every one of 2N − 2 others', () => {
    // Images at 0° and 90°; the second view of the second image lies nearer to the first image.
    const found = [
      [1, 0],
      [0, 1],
      [1, 0.1],
      [0.1, 1],
    ];
    expect(measuresOf(found)['contrastiveAccuracy']).toBe(1);
    const strayed = [
      [1, 0],
      [0, 1],
      [1, 0.1],
      [1, 0.05],
    ];
    expect(measuresOf(strayed)['contrastiveAccuracy']).toBe(0);
  });

  it('[MS3] tells collapse (std 0, uniformity 0, accuracy near chance) from spread-out projections', () => {
    const collapsed = measuresOf(Array.from({ length: 8 }, () => [3, 1, 2]));
    expectClose([collapsed['projectionStd']!, collapsed['uniformity']!, collapsed['alignment']!], [0, 0, 0], 1e-6);
    expect(collapsed['contrastiveAccuracy']).toBeLessThanOrEqual(0.25);
    // The four corners of a square, each twice: 1/√d in each of two dimensions.
    const corners = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ];
    const spread = measuresOf([...corners, ...corners]);
    expectClose([spread['projectionStd']!], [1 / Math.SQRT2], 1e-6);
    expect(spread['uniformity']).toBeLessThan(-1);
  });
});
