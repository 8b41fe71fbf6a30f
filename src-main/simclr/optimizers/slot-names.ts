import type { OptimizerRecipe } from '../recipe.ts';

/** The slots an optimizer keeps for each trainable parameter. */
export function slotNames(optimizer: Pick<OptimizerRecipe, 'kind'>): readonly string[] {
  return optimizer.kind === 'adamw' ? ['m', 'v'] : ['momentum'];
}

/** The name of one slot of one parameter in the state. */
export function slotName(slot: string, parameter: string): string {
  return `optimizer/${slot}/${parameter}`;
}
