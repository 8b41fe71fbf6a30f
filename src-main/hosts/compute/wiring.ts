/** Where the training thread's ports meet TensorFlow. */
import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '#simclr/recipe.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import type { StateArrays, StepRunner } from '#training/ports.ts';
import { centralViews } from './central-views.ts';
import type { DrawJudged } from './judged-images.ts';
import { recipeStep } from './recipe-step.ts';

export interface DeviceSettings {
  /** 0: TensorFlow's own choice. */
  readonly threads: number;
  readonly precision: 'auto' | 'float32' | 'bfloat16';
  readonly compiled: boolean;
  readonly canvasSide: number;
  readonly state: StateArrays;
  readonly warn: (message: string) => void;
}

export interface WiredDevice {
  readonly runner: StepRunner;
  readonly draw: DrawJudged;
}

/** Loads TensorFlow and puts the state on the device. */
export async function wireDevice(recipe: Recipe, settings: DeviceSettings): Promise<WiredDevice> {
  const { device } = await loadTensorFlow({ threads: settings.threads === 0 ? null : settings.threads });
  const runner = makeStepRunner(recipeStep(recipe, settings.canvasSide), {
    compiled: settings.compiled,
    precision: settings.precision === 'auto' ? 'float32' : settings.precision,
    device,
    onFallback: settings.warn,
  });
  await runner.writeState(settings.state);
  return { runner, draw: drawJudged(recipe) };
}

function drawJudged(recipe: Recipe): DrawJudged {
  const plans = { central: viewPlan(centralViews(recipe)), views: viewPlan(recipe) };
  return (look, { inputs }) => {
    const [canvas, numbers, slots] = [inputs.get('canvas')!, inputs.get('numbers')!, inputs.get('slotOfRow')!];
    const count = slots.values.length;
    const drawn = tf.tidy(() =>
      drawViews(
        plans[look],
        tf.tensor4d(Int32Array.from(canvas.values), [...canvas.shape] as [number, number, number, number], 'int32'),
        tf.tensor2d(numbers.values, [...numbers.shape] as [number, number]),
        tf.tensor1d(slots.values, 'int32'),
      ),
    );
    const pixels = drawn.dataSync<'float32'>();
    drawn.dispose();
    return { pixels, count };
  };
}
