/** A step's batch as a data worker would make it: real view parameters, a canvas of noise. */
import { RandomStream } from '#base/random.ts';
import { stepInputs } from '#simclr/objectives/step-inputs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { drawingInputs } from '#simclr/views/drawing-inputs.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import type { StepBatch, StepInput } from '#training/ports.ts';

/** Images are 12 × 12: no box is larger. */
const IMAGE_SIDE = 12;
export const NOISE_CANVAS_SIDE = 16;

export function drawnBatch(recipe: Recipe, step: number, learningRate: number): StepBatch {
  const sizes = Array.from({ length: recipe.batchSize }, () => ({ width: IMAGE_SIDE, height: IMAGE_SIDE }));
  const { numbers, slotOfRow } = drawingInputs(viewPlan(recipe), viewParameters(recipe, 7, step, sizes));
  const inputs = new Map<string, StepInput>();
  for (const { name, shape, dtype } of stepInputs(recipe, NOISE_CANVAS_SIDE)) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (name === 'canvas') inputs.set(name, { shape, dtype, values: noise(size, step) });
    if (name === 'numbers') inputs.set(name, { shape, dtype, values: numbers });
    if (name === 'slotOfRow') inputs.set(name, { shape, dtype, values: slotOfRow });
  }
  return { step, learningRate, inputs, release: () => {} };
}

function noise(size: number, step: number): Uint8Array {
  const stream = new RandomStream(1, 'canvas', step);
  return Uint8Array.from({ length: size }, () => stream.below(256));
}
