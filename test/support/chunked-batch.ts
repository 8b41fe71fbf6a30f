/** The same step's batch whole and in chunks: real view parameters, and for each view noise of its own. */
import { RandomStream } from '#base/random.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { dealChunks, viewsOfChunks } from '#simclr/views/deal-chunks.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { pickViews } from '#simclr/views/pick-views.ts';
import { viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import type { StepBatch, StepInput } from '#training/ports.ts';
import { NOISE_CANVAS_SIDE } from './drawn-batch.ts';

const IMAGE_SIDE = 12;
const SEED = 7;

function parametersOf(recipe: Recipe, step: number): ViewParameters {
  const sizes = Array.from({ length: recipe.batchSize }, () => ({ width: IMAGE_SIDE, height: IMAGE_SIDE }));
  return viewParameters(recipe, SEED, step, sizes);
}

/** @param views which rows of the batch `parameters` are of. */
function drawnFrom(recipe: Recipe, step: number, parameters: ViewParameters, views: ArrayLike<number>) {
  const plan = viewPlan(recipe);
  const { slots, numbers, slotOfRow, rowOfSlot } = drawingInputs(plan, parameters);
  const rowSize = 3 * NOISE_CANVAS_SIDE ** 2;
  const canvas = new Uint8Array(slots * rowSize);
  rowOfSlot.forEach((row, slot) => {
    if (row < 0) return;
    const stream = new RandomStream(SEED, 'noise of a view', step, views[row]!);
    for (let i = 0; i < rowSize; i++) canvas[slot * rowSize + i] = stream.word() & 255;
  });
  const shape = [slots, 3, NOISE_CANVAS_SIDE, NOISE_CANVAS_SIDE];
  return new Map<string, StepInput>([
    ['canvas', { shape, dtype: 'uint8', values: canvas }],
    ['numbers', { shape: [numberRows(plan), slots], dtype: 'float32', values: numbers }],
    ['slotOfRow', { shape: [slotOfRow.length], dtype: 'int32', values: slotOfRow }],
  ]);
}

export function wholeBatch(recipe: Recipe, step: number, learningRate: number): StepBatch {
  const parameters = parametersOf(recipe, step);
  const views = Array.from({ length: parameters.viewCount }, (_, view) => view);
  return { step, learningRate, inputs: drawnFrom(recipe, step, parameters, views), release: () => {} };
}

/** Of a recipe with chunks. */
export function chunkedBatch(recipe: Recipe, step: number, learningRate: number): StepBatch {
  const { count } = chunkPlan(recipe)!;
  const parameters = parametersOf(recipe, step);
  const lists = viewsOfChunks(dealChunks(viewPlan(recipe), parameters, count, SEED, step), count);
  const read = async (_: number, chunk: number) => {
    const views = lists[chunk]!;
    return { views, inputs: drawnFrom(recipe, step, pickViews(parameters, views), views), release: () => {} };
  };
  return {
    step,
    learningRate,
    inputs: new Map(),
    chunks: { count, read, waitedMs: () => 0 },
    release: () => {},
  };
}
