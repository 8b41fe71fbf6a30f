/** The whole step of a run: canvas → views → encoder → head → loss → gradients → optimizer. */
import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '../recipe.ts';
import { tensorNamed } from '../tensor-map.ts';
import { drawViews } from '../views/draw-views.ts';
import { viewPlan } from '../views/view-plan.ts';
import { contrastiveStepFromViews, type Step, type StepResult } from './contrastive-step.ts';

/**
 * A pure function of state and inputs, fit for recording: see `contrastiveStepFromViews`, whose `views` this draws.
 * Inputs by name, with shapes and types: `stepInputs`. Eagerly, `canvas` is an int32 tensor (tfjs has no uint8).
 */
export function trainingStep(recipe: Recipe): Step {
  const plan = viewPlan(recipe);
  const stepFromViews = contrastiveStepFromViews(recipe);
  return (state, inputs) =>
    tf.tidy(() => {
      const canvas = tensorNamed(inputs, 'canvas') as tf.Tensor4D;
      const numbers = tensorNamed(inputs, 'numbers') as tf.Tensor2D;
      const slotOfRow = tensorNamed(inputs, 'slotOfRow') as tf.Tensor1D;
      const views = drawViews(plan, canvas, numbers, slotOfRow);
      return stepFromViews(state, { ...inputs, views }) as StepResult & tf.TensorContainerObject;
    });
}
