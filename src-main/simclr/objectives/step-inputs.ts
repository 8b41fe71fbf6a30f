/** What a step takes from outside at each update: names, shapes and types, for whoever feeds or compiles it. */
import type { Recipe } from '../recipe.ts';
import { numberRows } from '../views/drawing-inputs.ts';
import { slotCount, viewPlan, type ViewsOfRun } from '../views/view-plan.ts';

export interface StepInputSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/** Inputs of `trainingStep`, in order. @param canvasSide C of the run's canvas, in pixels (`views/canvas.ts`). */
export function stepInputs(recipe: Recipe, canvasSide: number): readonly StepInputSpec[] {
  return [...drawingInputSpecs(recipe, 2 * recipe.batchSize, canvasSide), ...updateInputs(recipe)];
}

/** Inputs of `contrastiveStepFromViews`. */
export function stepInputsFromViews(recipe: Recipe): readonly StepInputSpec[] {
  const { side, batchSize } = recipe;
  return [{ name: 'views', shape: [2 * batchSize, side, side, 3], dtype: 'float32' }, ...updateInputs(recipe)];
}

/** Inputs that draw `viewCount` views: what `drawViews` takes. */
export function drawingInputSpecs(run: ViewsOfRun, viewCount: number, canvasSide: number): readonly StepInputSpec[] {
  const plan = viewPlan(run);
  const slots = slotCount(plan, viewCount);
  return [
    { name: 'canvas', shape: [slots, 3, canvasSide, canvasSide], dtype: 'uint8' },
    { name: 'numbers', shape: [numberRows(plan), slots], dtype: 'float32' },
    { name: 'slotOfRow', shape: [viewCount], dtype: 'int32' },
  ];
}

/** Inputs of the update alone: the learning rate, and the step (updates made before) where the optimizer asks for it. */
export function updateInputs({ optimizer }: Pick<Recipe, 'optimizer'>): readonly StepInputSpec[] {
  const learningRate: StepInputSpec = { name: 'learningRate', shape: [], dtype: 'float32' };
  if (optimizer.kind !== 'adamw') return [learningRate];
  return [learningRate, { name: 'step', shape: [], dtype: 'float32' }];
}
