/** Runners of whole and chunked steps of one recipe, made as a run makes them. */
import { chunkedRunner, chunkedStep } from '#hosts/compute/chunked-step.ts';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { CompiledRunner, type Precision } from '#tensorflow/runners/compiled-runner.ts';
import { EagerRunner } from '#tensorflow/runners/eager-runner.ts';
import type { StateArrays, StepOutputs, StepRunner } from '#training/ports.ts';
import { chunkedBatch, wholeBatch } from './chunked-batch.ts';
import { NOISE_CANVAS_SIDE } from './drawn-batch.ts';

export type RunnerKind = 'eager' | 'compiled';

export function runnerOf(recipe: Recipe, kind: RunnerKind, precision: Precision = 'float32'): StepRunner {
  const plan = chunkPlan(recipe);
  const definition =
    plan === null ? recipeStep(recipe, NOISE_CANVAS_SIDE) : chunkedStep(recipe, plan, NOISE_CANVAS_SIDE);
  const runner =
    kind === 'eager' ? new EagerRunner(definition, 'cpu') : new CompiledRunner(definition, precision, 'cpu');
  return plan === null ? runner : chunkedRunner(runner, recipe, plan);
}

/** Makes steps `first` … `end` − 1 from a state; outputs of each, and the state after them. */
export async function trainedFrom(
  recipe: Recipe,
  kind: RunnerKind,
  state: StateArrays,
  steps: { readonly first: number; readonly end: number; readonly learningRate: number },
  precision: Precision = 'float32',
): Promise<{ readonly outputs: readonly StepOutputs[]; readonly state: StateArrays }> {
  const runner = runnerOf(recipe, kind, precision);
  try {
    await runner.writeState(state);
    const outputs: StepOutputs[] = [];
    const batchOf = chunkPlan(recipe) === null ? wholeBatch : chunkedBatch;
    for (let step = steps.first; step < steps.end; step++) {
      outputs.push(await runner.step(batchOf(recipe, step, steps.learningRate)));
    }
    return { outputs, state: await runner.readState() };
  } finally {
    runner.dispose();
  }
}
