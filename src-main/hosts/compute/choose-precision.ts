/** The precision of a run that leaves it open: by a few steps of a batch so small that it takes a moment, or by the processor. */
import { availableParallelism, loadavg } from 'node:os';
import { systemClock } from '#base/clock.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import type { Precision } from '#tensorflow/runners/compiled-runner.ts';
import { probePrecision } from '#tensorflow/runners/probe-precision.ts';
import { measuredBatch } from './measured-batch.ts';
import { recipeStep } from './recipe-step.ts';

/** On a machine as busy as this, for each core, a comparison of a few steps is chance: then the processor's abilities choose. */
const BUSY_LOAD = 2;

export interface ChosenPrecision {
  readonly precision: Precision;
  /** About what a step takes, from one of a smaller batch; null: that can't be told. */
  readonly stepMs: number | null;
  /** False: measured beside too much other work to be remembered. */
  readonly isSure: boolean;
}

/**
 * TensorFlow must be loaded.
 *
 * @param load processes that want to run, as the system counts them.
 */
export async function choosePrecision(full: Recipe, device: string, load = loadavg()[0]!): Promise<ChosenPrecision> {
  const { recipe, canvasSide, batch } = measuredBatch(full, 'auto');
  const definition = recipeStep(recipe, canvasSide);
  const state = initialState(recipe, 0);
  const { narrowConvolutions, matrixUnits } = nativeAbilities();
  // Where a processor multiplies tiles of bfloat16, float32 is slower by far, and takes long to measure.
  const candidates: readonly Precision[] = matrixUnits ? ['bfloat16'] : ['float32', 'bfloat16'];
  const probe = await probePrecision({ definition, state, batch, device, clock: systemClock, candidates });
  if (probe === null) return { precision: 'float32', stepMs: null, isSure: true };
  const isSure = load <= BUSY_LOAD * availableParallelism();
  const precision = isSure ? probe.chosen : narrowConvolutions || matrixUnits ? 'bfloat16' : 'float32';
  const isWhole = full.chunk.images === null;
  const stepMs = (probe.stepMs.get(precision)! * full.batchSize) / recipe.batchSize;
  return { precision, stepMs: isWhole ? stepMs : null, isSure };
}
