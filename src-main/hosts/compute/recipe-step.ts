/** A run's step as TensorFlow's runners take it. */
import type { Recipe } from '#simclr/recipe.ts';
import { type StepInputSpec, stepInputs } from '#simclr/objectives/step-inputs.ts';
import { trainingStep } from '#simclr/objectives/training-step.ts';
import { optimizerSlotSpecs, parameterSpecs, type SlotSpec } from '#simclr/parameters.ts';
import type { TensorTypes } from '#tensorflow/compiled-step/record.ts';
import type { LooksDefinition, StepDefinition } from '#tensorflow/runners/step-definition.ts';
import { type LookShapes, looksOf } from './looks.ts';

/** @param looks what is to be embedded beside. */
export function recipeStep(recipe: Recipe, canvasSide: number, looks: LookShapes = {}): StepDefinition {
  return {
    state: stateTypes(recipe),
    step: trainingStep(recipe),
    inputs: new Map(stepInputs(recipe, canvasSide).map(typed)),
    guards: ['loss', 'gradientNorm'],
    looks: looksOf(recipe, looks),
  };
}

/** Looks alone: nothing is trained. */
export function recipeLooks(recipe: Recipe, looks: LookShapes): LooksDefinition {
  return { state: stateTypes(recipe), step: null, looks: looksOf(recipe, looks) };
}

export function stateTypes(recipe: Recipe): TensorTypes {
  return typesOf([...parameterSpecs(recipe), ...optimizerSlotSpecs(recipe)]);
}

/** float32 variables. */
export function typesOf(specs: readonly SlotSpec[]): TensorTypes {
  return new Map(specs.map(({ name, shape }) => [name, { shape, dtype: 'float32' }]));
}

export function typed({ name, shape, dtype }: StepInputSpec) {
  return [name, { shape, dtype }] as const;
}
