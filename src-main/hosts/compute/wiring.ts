/** Where the training thread's ports meet TensorFlow. */
import * as tf from '@tensorflow/tfjs-core';
import { systemClock } from '#base/clock.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { drawEvaluationViews } from '#simclr/views/evaluation-views.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import { probePrecision } from '#tensorflow/runners/probe-precision.ts';
import type { StepDefinition } from '#tensorflow/runners/step-definition.ts';
import type { StateArrays, StepBatch, StepRunner } from '#training/ports.ts';
import type { DrawJudged } from './judged-images.ts';
import { inputTensors } from './input-tensor.ts';
import { chunkedRunner, chunkedStep } from './chunked-step.ts';
import { recipeStep } from './recipe-step.ts';

export interface DeviceSettings {
  /** 0: one for each core. */
  readonly threads: number;
  readonly precision: 'auto' | 'float32' | 'bfloat16';
  readonly compiled: boolean;
  readonly canvasSide: number;
  readonly state: StateArrays;
  /** Any batch (of a chunk's size, where the run has chunks), to choose the precision by; null: nothing is trained. */
  readonly anyBatch: (() => Promise<StepBatch>) | null;
  readonly warn: (message: string) => void;
}

export interface WiredDevice {
  readonly runner: StepRunner;
  readonly draw: DrawJudged;
}

/** Loads TensorFlow, chooses the precision where that is left open, and puts the state on the device. */
export async function wireDevice(recipe: Recipe, settings: DeviceSettings): Promise<WiredDevice> {
  const { device } = await loadTensorFlow({ threads: settings.threads === 0 ? null : settings.threads });
  const { compiled, warn, canvasSide } = settings;
  const precision = await choosePrecision(probedStep(recipe, canvasSide), device, settings);
  const plan = chunkPlan(recipe);
  const definition = plan === null ? recipeStep(recipe, canvasSide) : chunkedStep(recipe, plan, canvasSide);
  const whole = makeStepRunner(definition, { compiled, precision, device, onFallback: warn });
  const runner = plan === null ? whole : chunkedRunner(whole, recipe, plan);
  await runner.writeState(settings.state);
  return { runner, draw: drawJudged(recipe) };
}

/** What the precision is chosen by: the step, or a step on a batch of one chunk. */
function probedStep(recipe: Recipe, canvasSide: number): StepDefinition {
  const batchSize = recipe.chunk.images ?? recipe.batchSize;
  return recipeStep({ ...recipe, batchSize, chunk: { ...recipe.chunk, images: null } }, canvasSide);
}

async function choosePrecision(
  definition: StepDefinition,
  device: string,
  { precision, compiled, anyBatch, state }: DeviceSettings,
): Promise<'float32' | 'bfloat16'> {
  if (precision !== 'auto') return precision;
  if (!compiled || anyBatch === null) return 'float32';
  const batch = await anyBatch();
  try {
    const probe = await probePrecision({ definition, state, batch, device, clock: systemClock });
    return probe?.chosen ?? 'float32';
  } finally {
    batch.release();
  }
}

function drawJudged(recipe: Recipe): DrawJudged {
  const plan = viewPlan(recipe);
  return (look, { inputs }) => {
    const drawn = tf.tidy(() => {
      const tensors = inputTensors(inputs);
      const canvas = tensors['canvas'] as tf.Tensor4D;
      if (look === 'central') return drawEvaluationViews(canvas, tensors['lengths'] as tf.Tensor2D, recipe.side);
      return drawViews(plan, canvas, tensors['numbers'] as tf.Tensor2D, tensors['slotOfRow'] as tf.Tensor1D);
    });
    const pixels = drawn.dataSync<'float32'>();
    drawn.dispose();
    return { pixels, count: drawn.shape[0] };
  };
}
