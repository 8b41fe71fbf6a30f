/** A run's step in chunks, as TensorFlow's runners take it. */
import { networkStages, PIXELS } from '#simclr/encoder/stages.ts';
import { projectionSize } from '#simclr/head/head-plan.ts';
import {
  chunkFunctions,
  chunkVariables,
  lossBlockRows,
  type ChunkFunction,
} from '#simclr/objectives/chunk-functions.ts';
import type { ChunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { clearWithStages, stageFunctions, stageVariables } from '#simclr/objectives/stage-functions.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { ChunkedRunner } from '#tensorflow/runners/chunked-runner.ts';
import { GhostPasses } from '#tensorflow/runners/ghost-passes.ts';
import type { PartRunner } from '#tensorflow/runners/part-runner.ts';
import { StagedPasses } from '#tensorflow/runners/staged-passes.ts';
import type { SideFunction, StepDefinition } from '#tensorflow/runners/step-definition.ts';
import { type LookShapes, looksOf } from './looks.ts';
import { stateTypes, typed, typesOf } from './recipe-step.ts';

/** The definition whose step is the update, and whose parts come before it. */
export function chunkedStep(
  recipe: Recipe,
  plan: ChunkPlan,
  canvasSide: number,
  looks: LookShapes = {},
): StepDefinition {
  const { apply, forward, backward, clear, ...loss } = chunkFunctions(recipe, plan, canvasSide);
  const isGlobal = recipe.chunk.batchNorm === 'global';
  const network = isGlobal
    ? [...stageFunctions(recipe, plan, canvasSide)]
    : Object.entries<ChunkFunction>({ forward, backward });
  const parts = Object.entries<ChunkFunction>({ ...loss, clear: isGlobal ? clearWithStages(recipe, clear) : clear });
  const variables = [...chunkVariables(recipe), ...(isGlobal ? stageVariables(recipe) : [])];
  return {
    state: stateTypes(recipe),
    step: apply.run,
    inputs: new Map(apply.inputs.map(typed)),
    guards: ['gradientNorm'],
    looks: looksOf(recipe, looks),
    parts: {
      variables: typesOf(variables),
      // The network alone is worth narrowing; what adds up and compares stays in float32.
      functions: new Map([
        ...network.map((part) => sideFunction(part, true)),
        ...parts.map((part) => sideFunction(part, false)),
      ]),
    },
  };
}

function sideFunction([name, { run, inputs }]: readonly [string, ChunkFunction], isNarrowed: boolean) {
  const part: SideFunction = { run, inputs: new Map(inputs.map(typed)), isNarrowed };
  return [name, part] as const;
}

/** @param runner of `chunkedStep`'s definition. */
export function chunkedRunner(runner: PartRunner, recipe: Recipe, plan: ChunkPlan): ChunkedRunner {
  const shape = { batchViews: plan.batchViews, columns: projectionSize(recipe), blockRows: lossBlockRows(plan) };
  if (recipe.chunk.batchNorm === 'ghost') return new ChunkedRunner(runner, shape, new GhostPasses(runner, shape));
  const stages = networkStages(recipe).map(({ name, inputs, norm, isKept }) => ({
    name,
    inputs: inputs.map((input) => (input === PIXELS ? null : input)),
    hasStatistics: norm !== null,
    isKept,
  }));
  return new ChunkedRunner(runner, shape, new StagedPasses(runner, shape, stages));
}
