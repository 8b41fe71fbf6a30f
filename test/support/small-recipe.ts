/** A recipe small enough for the plain CPU backend, to be varied by a test. */
import { trainingConfigSchema, type TrainingConfigInput } from '#contract/training-config.ts';
import type { Recipe } from '#simclr/recipe.ts';

/** ResNet-18 at 1/16 of its width (narrower than a person may set), side 8, batch 4, SGD; `changes` as in a preset. */
export function smallRecipe(changes: TrainingConfigInput = {}): Recipe {
  const config = trainingConfigSchema.parse({ side: 8, batchSize: 4, ...changes });
  const isWidthGiven = changes.encoder?.width !== undefined;
  return isWidthGiven ? config : { ...config, encoder: { ...config.encoder, width: 1 / 16 } };
}
