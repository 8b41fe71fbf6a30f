/**
 * Milliseconds to decide and to draw one step's views, eagerly on TensorFlow, at three sizes.
 * Run: npx node test/bench/views.ts
 */
import '#tensorflow/node-shim.ts';
import * as tf from '@tensorflow/tfjs-core';
import { canvasSide } from '#simclr/views/canvas.ts';
import { drawingInputs } from '#simclr/views/drawing-inputs.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan, type ViewsOfRun } from '#simclr/views/view-plan.ts';

await import('@tensorflow/tfjs-node');

const CASES = [
  { views: 512, side: 32, cacheSide: 32, longest: 32 },
  { views: 128, side: 96, cacheSide: 120, longest: 240 },
  { views: 64, side: 224, cacheSide: 280, longest: 560 },
];

function recipeAt(side: number): ViewsOfRun {
  const strength = side <= 64 ? 0.5 : 1;
  const views = {
    crop: {
      probability: 1,
      areaMin: 0.08,
      areaMax: 1,
      aspectMin: 3 / 4,
      aspectMax: 4 / 3,
      sampling: 'torchvision' as const,
    },
    flip: { probability: 0.5 },
    jitter: {
      probability: 0.8,
      brightness: 0.8 * strength,
      contrast: 0.8 * strength,
      saturation: 0.8 * strength,
      hue: 0.2 * strength,
    },
    grey: { probability: 0.2 },
    blur: { probability: 0.5, sigmaMin: 0.1, sigmaMax: 2, scaleSigma: false },
  };
  return { side, views, secondViews: null };
}

/** Median of repeated runs, after two to warm up. */
function medianMs(repeats: number, work: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < repeats + 2; i++) {
    const start = performance.now();
    work();
    if (i >= 2) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[repeats >> 1]!;
}

for (const { views, side, cacheSide, longest } of CASES) {
  const run = recipeAt(side);
  const plan = viewPlan(run);
  const sizes = Array.from({ length: views / 2 }, () => ({ width: longest, height: cacheSide }));
  const decideMs = medianMs(10, () => drawingInputs(plan, viewParameters(run, 1, 0, sizes)));
  const inputs = drawingInputs(plan, viewParameters(run, 1, 0, sizes));
  const canvas = canvasSide(run, cacheSide, longest);
  const pixels = tf.cast(tf.randomUniform([inputs.slots, 3, canvas, canvas], 0, 256, 'float32', 1), 'int32');
  const numbers = tf.tensor2d(inputs.numbers, [inputs.numbers.length / inputs.slots, inputs.slots]);
  const slots = tf.tensor1d(inputs.slotOfRow, 'int32');
  const drawMs = medianMs(10, () => drawViews(plan, pixels as tf.Tensor4D, numbers, slots).dispose());
  console.log(
    `${views} views at ${side} px, canvas ${canvas}: decide ${decideMs.toFixed(1)} ms, draw ${drawMs.toFixed(1)} ms`,
  );
  tf.dispose([pixels, numbers, slots]);
}
