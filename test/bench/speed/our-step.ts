/**
 * Kindred's compiled step, made again and again on one made-up batch; prints a line after each.
 *
 *   npx node test/bench/speed/our-step.ts --depth 18 --width 1 --side 32 --views 128 --precision bfloat16 --from views
 *
 * `--from views`: as the peer's step, from views already there. `--from canvas`: as in a run, from uint8 pixels, the
 * views drawn inside.
 */
import { parseArgs } from 'node:util';
import { RandomStream } from '#base/random.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { recipeStep } from '#hosts/compute/recipe-step.ts';
import { initialState } from '#simclr/initial-state.ts';
import { contrastiveStepFromViews } from '#simclr/objectives/contrastive-step.ts';
import { stepInputsFromViews } from '#simclr/objectives/step-inputs.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { canvasSide } from '#simclr/views/canvas.ts';
import { drawingInputs } from '#simclr/views/drawing-inputs.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import { CompiledRunner } from '#tensorflow/runners/compiled-runner.ts';
import type { StepDefinition } from '#tensorflow/runners/step-definition.ts';
import type { StepInput } from '#training/ports.ts';
import { stemAt } from './stem.ts';

const { values: words } = parseArgs({
  options: {
    depth: { type: 'string', default: '18' },
    width: { type: 'string', default: '1' },
    side: { type: 'string', default: '32' },
    views: { type: 'string', default: '128' },
    precision: { type: 'string', default: 'bfloat16' },
    from: { type: 'string', default: 'views' },
  },
});
const LEARNING_RATE = 0.01;
/** As a run keeps them: a quarter more than the side, never enlarged; CIFAR's have 32. */
const cacheSide = Number(words.side) <= 32 ? 32 : Math.ceil(1.25 * Number(words.side));

function recipeOf(): Recipe {
  const side = Number(words.side);
  return trainingConfigSchema.parse({
    side,
    batchSize: Number(words.views) / 2,
    encoder: { depth: Number(words.depth), width: Number(words.width), stem: stemAt(side) },
    views: side <= 32 ? {} : { blur: { probability: 0.5 } },
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4 },
  });
}

/** The batch is of the same shape as any, so that it takes as long. */
function inputsFromCanvas(recipe: Recipe, definition: StepDefinition): ReadonlyMap<string, StepInput> {
  const sizes = Array.from({ length: recipe.batchSize }, () => ({ width: cacheSide, height: cacheSide }));
  const { numbers, slotOfRow } = drawingInputs(viewPlan(recipe), viewParameters(recipe, 0, 0, sizes));
  const { shape } = definition.inputs.get('canvas')!;
  const slots = shape[0]!;
  return new Map<string, StepInput>([
    ['canvas', { shape, dtype: 'uint8', values: Uint8Array.from(noise(shape), (value) => 255 * value) }],
    ['numbers', { shape: [numbers.length / slots, slots], dtype: 'float32', values: numbers }],
    ['slotOfRow', { shape: [slotOfRow.length], dtype: 'int32', values: slotOfRow }],
  ]);
}

function noise(shape: readonly number[]): Float32Array {
  const random = new RandomStream(0, 'bench');
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => random.uniform());
}

function definitionFromViews(recipe: Recipe, whole: StepDefinition): StepDefinition {
  const inputs = new Map(stepInputsFromViews(recipe).map(({ name, shape, dtype }) => [name, { shape, dtype }]));
  return { ...whole, step: contrastiveStepFromViews(recipe), inputs };
}

const recipe = recipeOf();
const whole = recipeStep(recipe, canvasSide(recipe, cacheSide, cacheSide));
const isFromViews = words.from === 'views';
const definition = isFromViews ? definitionFromViews(recipe, whole) : whole;
const viewsShape = [2 * recipe.batchSize, recipe.side, recipe.side, 3];
const inputs: ReadonlyMap<string, StepInput> = isFromViews
  ? new Map([['views', { shape: viewsShape, dtype: 'float32', values: noise(viewsShape) }]])
  : inputsFromCanvas(recipe, whole);

const { device } = await loadTensorFlow();
const runner = new CompiledRunner(definition, words.precision === 'float32' ? 'float32' : 'bfloat16', device);
await runner.writeState(initialState(recipe, 0));
for (let step = 0; ; step++) {
  const startMs = performance.now();
  const { loss } = await runner.step({ step, learningRate: LEARNING_RATE, inputs, release: () => {} });
  process.stdout.write(`${JSON.stringify({ step, stepMs: performance.now() - startMs, loss })}\n`);
}
