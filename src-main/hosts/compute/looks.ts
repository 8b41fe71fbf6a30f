/** Looks at images as TensorFlow's runners take them: from the canvas to h and z in one run of the graph. */
import * as tf from '@tensorflow/tfjs-core';
import { embedStep } from '#simclr/objectives/embed-step.ts';
import { drawingInputSpecs } from '#simclr/objectives/step-inputs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { drawEvaluationViews } from '#simclr/views/evaluation-views.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import type { Tensors } from '#tensorflow/compiled-step/record.ts';
import type { Look } from '#tensorflow/runners/step-definition.ts';
import type { LookName, LookShape } from './look-shapes.ts';

export type LookShapes = Readonly<Partial<Record<LookName, LookShape>>>;

export function looksOf(recipe: Recipe, { central, views }: LookShapes): ReadonlyMap<LookName, Look> {
  return new Map([
    ...(central === undefined ? [] : [['central', centralLook(recipe, central)] as const]),
    ...(views === undefined ? [] : [['views', viewsLook(recipe, views)] as const]),
  ]);
}

function centralLook(recipe: Recipe, { images, canvasSide }: LookShape): Look {
  const draw = ({ canvas, lengths }: Tensors): tf.Tensor4D =>
    drawEvaluationViews(canvas as tf.Tensor4D, lengths as tf.Tensor2D, recipe.side);
  return {
    run: embedDrawn(recipe, draw),
    inputs: new Map([
      ['canvas', { dtype: 'uint8', shape: [images, 3, canvasSide, canvasSide] }],
      ['lengths', { dtype: 'float32', shape: [2, images] }],
    ]),
  };
}

function viewsLook(recipe: Recipe, { images, canvasSide }: LookShape): Look {
  const plan = viewPlan(recipe);
  const draw = ({ canvas, numbers, slotOfRow }: Tensors): tf.Tensor4D =>
    drawViews(plan, canvas as tf.Tensor4D, numbers as tf.Tensor2D, slotOfRow as tf.Tensor1D);
  const specs = drawingInputSpecs(recipe, 2 * images, canvasSide);
  return {
    run: embedDrawn(recipe, draw),
    inputs: new Map(specs.map(({ name, shape, dtype }) => [name, { shape, dtype }])),
  };
}

function embedDrawn(recipe: Recipe, draw: (inputs: Tensors) => tf.Tensor4D): Look['run'] {
  const embed = embedStep(recipe);
  return (state, inputs) => tf.tidy(() => embed(state, { pixels: draw(inputs) }));
}
