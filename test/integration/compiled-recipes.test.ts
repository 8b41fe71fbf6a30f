/** Every kind of recipe compiles, and the compiled step does what the eager one does. */
import { describe, expect, it } from 'vitest';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import { expectClose } from '#test/support/closeness.ts';
import { drawnBatch, NOISE_CANVAS_SIDE } from '#test/support/drawn-batch.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const STEPS = 3;

await loadTensorFlow({ threads: 2 });

const recipes: Record<string, Recipe> = {
  'SGD with Nesterov momentum': smallRecipe({ side: 16, optimizer: { nesterov: true } }),
  LARS: smallRecipe({ side: 16, optimizer: { kind: 'lars' } }),
  AdamW: smallRecipe({ side: 16, optimizer: { kind: 'adamw' } }),
  'group norm': smallRecipe({ side: 16, encoder: { norm: 'group' } }),
  'a large stem, bottlenecks and blur': smallRecipe({
    side: 40,
    encoder: { depth: 50, stem: 'large' },
    views: { blur: { probability: 0.5 } },
  }),
  'no head and no jitter': smallRecipe({ head: { kind: 'none' }, views: { jitter: { probability: 0 } } }),
  'three hidden layers without norm': smallRecipe({ head: { hiddenLayers: 3, hiddenBatchNorm: false } }),
  'a norm after the output': smallRecipe({ head: { kind: 'linear', outputBatchNorm: true } }),
};

async function outputsOf(recipe: Recipe, compiled: boolean) {
  const fallbacks: string[] = [];
  const runner = makeStepRunner(recipeStep(recipe, NOISE_CANVAS_SIDE), {
    compiled,
    precision: 'float32',
    device: 'test',
    known: null,
    onFallback: (reason) => fallbacks.push(reason),
  });
  await runner.writeState(initialState(recipe, 5));
  const outputs = [];
  for (let step = 0; step < STEPS; step++) outputs.push(await runner.step(drawnBatch(recipe, step, 0.003)));
  runner.dispose();
  return { outputs, fallbacks };
}

describe('the compiled step', () => {
  it.each(Object.entries(recipes))('[STEP9] gives the eager one’s numbers with %s', async (_, recipe) => {
    const eager = await outputsOf(recipe, false);
    const compiled = await outputsOf(recipe, true);
    expect(compiled.fallbacks).toEqual([]);
    compiled.outputs.forEach((outputs, step) => {
      expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(eager.outputs[step]!).toSorted());
      for (const name of ['loss', 'alignment', 'projectionStd']) {
        expectClose([outputs[name]!], [eager.outputs[step]![name]!], 1e-3, `${name} of step ${step}`);
      }
    });
  });
});
