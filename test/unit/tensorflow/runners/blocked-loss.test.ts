import { expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { chunkedStep } from '#hosts/compute/chunked-step.ts';
import { projectionSize } from '#simclr/head/head-plan.ts';
import { contrastiveMeasures } from '#simclr/losses/contrastive-measures.ts';
import { ntXentLoss } from '#simclr/losses/nt-xent.ts';
import { lossBlockRows } from '#simclr/objectives/chunk-functions.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { BlockedLoss } from '#tensorflow/runners/blocked-loss.ts';
import { CompiledRunner } from '#tensorflow/runners/compiled-runner.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

it.each([
  [1280, 2],
  [2304, 6],
])(
  '[NX9] of %i images is the whole loss with its slope and measures, from %i blocks, the last one short',
  (images, blocks) => {
    const recipe = smallRecipe({
      side: 8,
      batchSize: images,
      chunk: { images: images / 2 },
      loss: { temperature: 0.1 },
    });
    const plan = chunkPlan(recipe)!;
    const shape = { batchViews: 2 * images, columns: projectionSize(recipe), blockRows: lossBlockRows(plan) };
    expect(Math.ceil(shape.batchViews / shape.blockRows)).toBe(blocks);
    expect(shape.batchViews % shape.blockRows).toBeGreaterThan(0);
    const values = Float32Array.from(uniformValues(shape.batchViews * shape.columns, 5), (value) => value - 0.45);
    const runner = new CompiledRunner(chunkedStep(recipe, plan, 8), 'float32', 'cpu');
    const { slope, outputs } = new BlockedLoss(runner, shape).of(values);
    runner.dispose();
    tf.tidy(() => {
      const projections = tf.tensor2d(values, [shape.batchViews, shape.columns]);
      const whole = tf.valueAndGrad((z: tf.Tensor) => ntXentLoss(z as tf.Tensor2D, 0.1))(projections);
      expectClose([outputs['loss']!], whole.value.dataSync(), 1e-5, 'loss');
      const largest = tf.max(tf.abs(whole.grad)).dataSync()[0]!;
      expectClose(
        [...slope].map((value) => value / largest),
        [...whole.grad.dataSync()].map((value) => value / largest),
        1e-5,
        'slope',
      );
      for (const [name, measure] of Object.entries(contrastiveMeasures(projections, 0.1))) {
        expectClose([outputs[name]!], measure.dataSync(), 1e-5, name);
      }
    });
  },
  120_000,
);
