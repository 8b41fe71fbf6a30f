/** What the preview shows is what the training graph trains on, to the last bit. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { viewsOfPictures } from '#hosts/compute/fill-canvas.ts';
import { inputTensors } from '#hosts/compute/input-tensor.ts';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { DRAW_VIEWS } from '#simclr/ops/kernel-names.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { Session, type TensorValues } from '#tensorflow/compiled-step/session.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { compileStep } from '#tensorflow/runners/compiled-runner.ts';
import { noiseImage } from '#test/support/drawn-views.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const SEED = 4;
const CACHE_SIDE = 60;
const images = [noiseImage(1, 60, 75), noiseImage(2, 64, 60), noiseImage(3, 60, 60), noiseImage(4, 90, 60)];

beforeAll(async () => {
  await loadTensorFlow({ threads: 2 });
});

/** As drawing-thread.ts draws them. */
function previewed(recipe: Recipe, step: number): Float32Array {
  const { plan, inputs } = viewsOfPictures(recipe, SEED, step, CACHE_SIDE, images);
  const { canvas, numbers, slotOfRow } = inputTensors(inputs);
  const views = drawViews(plan, canvas as tf.Tensor4D, numbers as tf.Tensor2D, slotOfRow as tf.Tensor1D);
  const values = views.dataSync<'float32'>();
  tf.dispose([canvas!, numbers!, slotOfRow!, views]);
  return values;
}

/** What the graph of a run draws from the same inputs, read from the midst of its step. */
function trainedOn(recipe: Recipe, precision: 'float32' | 'bfloat16', step: number): Float32Array {
  const { canvasSide, inputs } = viewsOfPictures(recipe, SEED, step, CACHE_SIDE, images);
  const graph = compileStep(recipeStep(recipe, canvasSide), precision);
  const drawing = graph.nodes.filter(({ name, op }) => name.startsWith('step/') && op === 'KindredDrawViews');
  expect(drawing).toHaveLength(1);
  const fed = [...graph.entryPoints.get('step')!.inputs].filter(([name]) => inputs.some(([input]) => input === name));
  const shape = [2 * recipe.batchSize, recipe.side, recipe.side, 3];
  const views = { tensor: `${drawing[0]!.name}:0`, dtype: 'float32', shape } as const;
  const within = { inputs: new Map(fed), outputs: new Map([['views', views]]) };
  const session = new Session({ ...graph, entryPoints: new Map([...graph.entryPoints, ['views', within]]) });
  try {
    const values = new Map<string, TensorValues>(inputs);
    return session.run('views', values).get('views')!.values as Float32Array;
  } finally {
    session.dispose();
  }
}

const recipes: Readonly<Record<string, Recipe>> = {
  'all of the views’ changes': smallRecipe({ side: 48, views: { blur: { probability: 0.5 } } }),
  'crops and flips alone': smallRecipe({
    side: 32,
    views: { jitter: { probability: 0 }, grey: { probability: 0 }, blur: { probability: 0 } },
  }),
};

it.for(Object.entries(recipes))('the views of %s are equal in both', ([, recipe], { skip }) => {
  if (tf.getKernel(DRAW_VIEWS, 'tensorflow') === undefined)
    skip('The processor cannot run the operation that draws views.');
  for (const precision of ['float32', 'bfloat16'] as const) {
    for (const step of [0, 7]) expect(trainedOn(recipe, precision, step)).toEqual(previewed(recipe, step));
  }
  expect(previewed(recipe, 0)).not.toEqual(previewed(recipe, 7));
});
