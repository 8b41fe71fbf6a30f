/** The learning rate as a pure function of the step: nothing to store, nothing to lose on resume. */
import type { OptimizerRecipe, Recipe } from '../recipe.ts';

/** Where a schedule's numbers come from. Steps are optimizer updates. */
export interface RunLength {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

const REFERENCE_BATCH = 256;
const DEFAULT_WARMUP_EPOCHS = 10;

/** The highest rate of the run, from base rate and batch size (B counts images, not views). */
export function peakLearningRate(
  optimizer: Pick<OptimizerRecipe, 'learningRateRule' | 'baseLearningRate'>,
  batchSize: number,
): number {
  switch (optimizer.learningRateRule) {
    case 'linear':
      return (optimizer.baseLearningRate * batchSize) / REFERENCE_BATCH;
    case 'square-root':
      return optimizer.baseLearningRate * Math.sqrt(batchSize);
    case 'constant':
      return optimizer.baseLearningRate;
  }
}

/** Steps of warm-up: as many epochs as the recipe says; unsaid, 10 epochs or a tenth of the run if that is shorter. */
export function warmupSteps({ schedule }: Pick<Recipe, 'schedule'>, { totalSteps, stepsPerEpoch }: RunLength): number {
  if (schedule.warmupEpochs !== null) return Math.min(Math.round(schedule.warmupEpochs * stepsPerEpoch), totalSteps);
  return Math.round(Math.min(DEFAULT_WARMUP_EPOCHS * stepsPerEpoch, totalSteps / 10));
}

/**
 * The rate of one update: peak · step / warm-up steps, then a half cosine from the peak to 0 over the rest.
 *
 * @param step 0 … totalSteps − 1; at `totalSteps` and beyond, the end's value.
 */
export function learningRateAt(
  recipe: Pick<Recipe, 'optimizer' | 'schedule' | 'batchSize'>,
  step: number,
  length: RunLength,
): number {
  const peak = peakLearningRate(recipe.optimizer, recipe.batchSize);
  const warmup = warmupSteps(recipe, length);
  if (step < warmup) return (peak * step) / warmup;
  if (recipe.schedule.decay === 'constant') return peak;
  const fraction = Math.min(1, (step - warmup) / Math.max(1, length.totalSteps - warmup));
  return (peak * (1 + Math.cos(Math.PI * fraction))) / 2;
}
