/** A run's step in chunks, as TensorFlow's runners take it. */
import { projectionSize } from '#simclr/head/head-plan.ts';
import { chunkFunctions, chunkVariables, lossBlockRows } from '#simclr/objectives/chunk-functions.ts';
import type { ChunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { embedStep } from '#simclr/objectives/embed-step.ts';
import type { Recipe } from '#simclr/recipe.ts';
import type { ChunkedShape } from '#tensorflow/runners/chunked-runner.ts';
import type { SideFunction, StepDefinition } from '#tensorflow/runners/step-definition.ts';
import { EMBED_BATCH, stateTypes, typed, typesOf } from './recipe-step.ts';

/** The network alone is worth narrowing; what adds up and compares stays in float32. */
const NARROWED = new Set(['forward', 'backward']);

/** The definition whose step is the update, and whose parts come before it. */
export function chunkedStep(recipe: Recipe, plan: ChunkPlan, canvasSide: number): StepDefinition {
  const { apply, ...parts } = chunkFunctions(recipe, plan, canvasSide);
  const functions = Object.entries(parts).map(([name, { run, inputs }]) => {
    const part: SideFunction = { run, inputs: new Map(inputs.map(typed)), isNarrowed: NARROWED.has(name) };
    return [name, part] as const;
  });
  return {
    state: stateTypes(recipe),
    step: apply.run,
    inputs: new Map(apply.inputs.map(typed)),
    guards: ['gradientNorm'],
    embed: embedStep(recipe),
    embedding: { side: recipe.side, rows: EMBED_BATCH },
    parts: { variables: typesOf(chunkVariables(recipe)), functions: new Map(functions) },
  };
}

export function chunkedShape(recipe: Recipe, plan: ChunkPlan): ChunkedShape {
  return { batchViews: plan.batchViews, columns: projectionSize(recipe), blockRows: lossBlockRows(plan) };
}
