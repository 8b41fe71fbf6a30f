/** The state of a run by name, in its fixed order: encoder, head, then the optimizer's slots. */
import { encoderParameters } from './encoder/resnet-parameters.ts';
import { headParameters } from './head/head-parameters.ts';
import { slotName, slotNames } from './optimizers/slot-names.ts';
import { isTrainable, type ParameterSpec } from './parameter-spec.ts';
import type { Recipe } from './recipe.ts';

/** Weights and statistics of encoder and head, in order. */
export function parameterSpecs(recipe: Pick<Recipe, 'encoder' | 'head'>): readonly ParameterSpec[] {
  return [...encoderParameters(recipe.encoder), ...headParameters(recipe)];
}

/** What an optimizer remembers of each trainable parameter, named `optimizer/<slot>/<parameter>`; all start at 0. */
export function optimizerSlotSpecs(recipe: Recipe): readonly SlotSpec[] {
  const trainable = parameterSpecs(recipe).filter(isTrainable);
  return slotNames(recipe.optimizer).flatMap((slot) =>
    trainable.map(({ name, shape }) => ({ name: slotName(slot, name), shape })),
  );
}

export interface SlotSpec {
  readonly name: string;
  readonly shape: readonly number[];
}
