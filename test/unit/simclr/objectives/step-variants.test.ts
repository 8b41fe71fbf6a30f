/** Every kind of network trains. On TensorFlow, because some would take long on the plain CPU backend. */
import { describe, expect, it } from 'vitest';
import { noSignalLoss } from '#simclr/losses/nt-xent.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { runSteps } from '#test/support/step-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';
import { loadTensorflow } from '#test/support/tensorflow-backend.ts';

await loadTensorflow();
checkTensorLeaks('tensorflow');

describe('contrastiveStepFromViews', () => {
  it('[STEP1] lowers the loss on a batch it sees again, whatever the optimizer', () => {
    for (const [kind, rate] of [
      ['sgd', 0.05],
      ['lars', 0.1],
      ['adamw', 0.001],
    ] as const) {
      const recipe = smallRecipe({ optimizer: { kind } });
      const { outputs } = runSteps(recipe, contrastiveStepFromViews(recipe), 4, rate);
      expect(outputs[3]!['loss'], kind).toBeLessThan(outputs[0]!['loss']! - 0.05);
      expect(outputs[0]!['loss'], kind).toBeLessThan(noSignalLoss(recipe.batchSize) + 1);
    }
  });

  it('[STEP1] trains with group norm, every head and a bottleneck encoder too', () => {
    const variants = [
      smallRecipe({ side: 16, encoder: { norm: 'group' } }),
      smallRecipe({ head: { kind: 'none' } }),
      smallRecipe({ head: { kind: 'linear', outputBatchNorm: true } }),
      smallRecipe({ head: { hiddenLayers: 3, hiddenSize: 9, outputSize: 5, hiddenBatchNorm: false } }),
      smallRecipe({ encoder: { depth: 50, init: 'reference' } }),
      smallRecipe({ side: 40, batchSize: 2, encoder: { stem: 'large' } }),
    ];
    for (const recipe of variants) {
      const { outputs } = runSteps(recipe, contrastiveStepFromViews(recipe), 3, 0.004);
      expect(outputs[2]!['loss'], JSON.stringify(recipe.head)).toBeLessThan(outputs[0]!['loss']!);
    }
  });
});
