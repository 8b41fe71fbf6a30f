/** What a step takes from outside at each update: names, shapes and types, for whoever feeds or compiles it. */
import type { Recipe } from '../recipe.ts';

export interface StepInputSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/** Inputs of the update alone: the learning rate, and the step (updates made before) where the optimizer asks for it. */
export function updateInputs({ optimizer }: Pick<Recipe, 'optimizer'>): readonly StepInputSpec[] {
  const learningRate: StepInputSpec = { name: 'learningRate', shape: [], dtype: 'float32' };
  if (optimizer.kind !== 'adamw') return [learningRate];
  return [learningRate, { name: 'step', shape: [], dtype: 'float32' }];
}

/** Inputs of `contrastiveStepFromViews`. */
export function stepInputsFromViews(recipe: Recipe): readonly StepInputSpec[] {
  const { side, batchSize } = recipe;
  return [{ name: 'views', shape: [2 * batchSize, side, side, 3], dtype: 'float32' }, ...updateInputs(recipe)];
}
