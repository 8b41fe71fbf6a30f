import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { contrastiveMeasures } from '#simclr/losses/contrastive-measures.ts';
import { ntXentBlock, ntXentSlope } from '#simclr/losses/nt-xent-block.ts';
import { ntXentLoss } from '#simclr/losses/nt-xent.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

const [VIEWS, COLUMNS] = [12, 5];

/** The loss and its slope from blocks of `size` rows, the last filled up with row 0. */
function blocked(projections: tf.Tensor2D, size: number, tau: number) {
  const attracted = new Float32Array(VIEWS * COLUMNS);
  const sums = { loss: 0, found: 0, kernel: 0 };
  for (let first = 0; first < VIEWS; first += size) {
    const rows = Array.from({ length: size }, (_, i) => (first + i < VIEWS ? first + i : 0));
    const weights = rows.map((_, i) => (first + i < VIEWS ? 1 : 0));
    const block = ntXentBlock(projections, tf.tensor1d(rows, 'int32'), tf.tensor1d(weights), tau);
    block.others.dataSync().forEach((value, i) => (attracted[i]! += value));
    rows.forEach((row, i) => {
      if (weights[i] === 0) return;
      const own = block.own.dataSync().subarray(i * COLUMNS, (i + 1) * COLUMNS);
      own.forEach((value, column) => (attracted[row * COLUMNS + column]! += value));
    });
    for (const name of ['loss', 'found', 'kernel'] as const) sums[name] += block[name].dataSync()[0]!;
  }
  const { slope } = ntXentSlope(projections, tf.tensor2d(attracted, [VIEWS, COLUMNS]), tau);
  const values = slope.dataSync().slice();
  return { sums, slope: values };
}

describe('ntXentBlock', () => {
  it.each([12, 6, 4, 5, 1])('[NX9] gives the whole loss, its gradient and measures in blocks of %i rows', (size) => {
    tf.tidy(() => {
      const projections = tf.tensor2d(
        uniformValues(VIEWS * COLUMNS, 4).map((value) => value - 0.4),
        [VIEWS, COLUMNS],
      );
      const { sums, slope } = blocked(projections, size, 0.2);
      const whole = tf.valueAndGrad((z: tf.Tensor) => ntXentLoss(z as tf.Tensor2D, 0.2))(projections);
      const measures = contrastiveMeasures(projections, 0.2);
      expectClose([sums.loss / VIEWS], whole.value.dataSync(), 1e-5, 'loss');
      expectClose([...slope], whole.grad.dataSync(), 1e-5, 'slope');
      expectClose([sums.found / VIEWS], measures.contrastiveAccuracy.dataSync(), 1e-5, 'accuracy');
      const uniformity = Math.log(sums.kernel / (VIEWS * (VIEWS - 1)));
      expectClose([uniformity], measures.uniformity.dataSync(), 1e-5, 'uniformity');
    });
  });

  it('[NX5] stays finite at the lowest temperature, where exp without the maximum would overflow', () => {
    tf.tidy(() => {
      const projections = tf.tensor2d(uniformValues(VIEWS * COLUMNS, 4), [VIEWS, COLUMNS]);
      const { sums, slope } = blocked(projections, 5, 0.001);
      expect(Number.isFinite(sums.loss)).toBe(true);
      expect(slope.every(Number.isFinite)).toBe(true);
    });
  });
});
