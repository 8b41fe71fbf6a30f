/**
 * Speed and memory of large batches: ResNet-18 × 1 at 32 px, each case in a process of its own, on noise with real view
 * parameters (reading images is not part of it).
 *
 *   npx node test/bench/large-batches.ts --out FILE.json [--precision bfloat16] \
 *       [--case whole:256] [--case ghost:4096:256] …        kind:images[:images of a chunk], in the given order
 *       [--first-chunks N]    a step of its first N chunks alone, with the whole loss: for the memory of ghost batches
 *
 * A whole batch makes five steps, the first two of which don't count. A batch in chunks first makes a step of two chunks,
 * to have every graph optimised, then one step that counts. Memory is the largest resident set of the process, Node and
 * TensorFlow included.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { RandomStream } from '#base/random.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { wireDevice } from '#hosts/compute/wiring.ts';
import { initialState } from '#simclr/initial-state.ts';
import { chunkPlan } from '#simclr/objectives/chunk-plan.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { canvasSide } from '#simclr/views/canvas.ts';
import { dealChunks, viewsOfChunks } from '#simclr/views/deal-chunks.ts';
import { drawingInputs, numberRows } from '#simclr/views/drawing-inputs.ts';
import { pickViews } from '#simclr/views/pick-views.ts';
import { viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { slotCount, viewPlan } from '#simclr/views/view-plan.ts';
import type { BatchChunk, StepBatch, StepInput } from '#training/ports.ts';

const SIDE = 32;
const CACHE_SIDE = 40;
const WARM_STEPS = 2;
const COUNTED_STEPS = 3;
const SEED = 1;

interface Measured {
  readonly case: string;
  readonly precision: string;
  readonly viewsPerSecond: number;
  readonly stepSeconds: number;
  readonly largestRssMB: number;
  readonly loss: number;
}

function recipeOf(name: string): Recipe {
  const [kind, images, chunk] = name.split(':');
  const batchNorm = kind === 'global' ? 'global' : 'ghost';
  return trainingConfigSchema.parse({
    side: SIDE,
    batchSize: Number(images),
    chunk: kind === 'whole' ? {} : { images: Number(chunk), batchNorm },
    encoder: { width: 1 },
    optimizer: { kind: 'lars', learningRateRule: 'square-root', baseLearningRate: 0.075, weightDecay: 1e-6 },
  });
}

/** A canvas of noise serves every step and chunk: what it shows takes no time. */
function drawnFrom(recipe: Recipe, parameters: ViewParameters, canvas: Uint8Array, side: number) {
  const plan = viewPlan(recipe);
  const { slots, numbers, slotOfRow } = drawingInputs(plan, parameters);
  return new Map<string, StepInput>([
    ['canvas', { shape: [slots, 3, side, side], dtype: 'uint8', values: canvas }],
    ['numbers', { shape: [numberRows(plan), slots], dtype: 'float32', values: numbers }],
    ['slotOfRow', { shape: [slotOfRow.length], dtype: 'int32', values: slotOfRow }],
  ]);
}

/** Batches by step, of all their chunks or of the first few. */
function batches(recipe: Recipe, side: number): (step: number, most?: number) => StepBatch {
  const plan = viewPlan(recipe);
  const chunks = chunkPlan(recipe);
  const sizes = Array.from({ length: recipe.batchSize }, () => ({ width: CACHE_SIDE, height: CACHE_SIDE }));
  const random = new RandomStream(SEED, 'noise');
  const length = slotCount(plan, chunks?.views ?? 2 * recipe.batchSize) * 3 * side * side;
  const canvas = Uint8Array.from({ length }, () => random.below(256));
  return (step, most = Number.POSITIVE_INFINITY) => {
    const parameters = viewParameters(recipe, SEED, step, sizes);
    const common = { step, learningRate: 0.01, release: () => {} };
    if (chunks === null) return { ...common, inputs: drawnFrom(recipe, parameters, canvas, side) };
    const lists = viewsOfChunks(dealChunks(plan, parameters, chunks.count, SEED, step), chunks.count);
    const read = async (_: number, chunk: number): Promise<BatchChunk> => {
      const views = lists[chunk]!;
      return { views, inputs: drawnFrom(recipe, pickViews(parameters, views), canvas, side), release: () => {} };
    };
    const count = Math.min(most, chunks.count);
    return { ...common, inputs: new Map(), chunks: { count, read, waitedMs: () => 0 } };
  };
}

async function measure(name: string, precision: 'float32' | 'bfloat16', most: number): Promise<Measured> {
  const recipe = recipeOf(name);
  const side = canvasSide(recipe, CACHE_SIDE, CACHE_SIDE);
  const state = initialState(recipe, SEED);
  const warn = (message: string): void => console.error(message);
  const settings = { threads: 0, precision, compiled: true, canvasSide: side, looks: {}, state, memory: null, warn };
  const { runner } = await wireDevice(recipe, settings);
  const batchOf = batches(recipe, side);
  const isWhole = chunkPlan(recipe) === null;
  const [warm, counted] = isWhole ? [WARM_STEPS, COUNTED_STEPS] : [1, 1];
  for (let step = 0; step < warm; step++) await runner.step(batchOf(step, 2));
  const times: number[] = [];
  let loss = Number.NaN;
  for (let step = warm; step < warm + counted; step++) {
    const batch = batchOf(step, most);
    const beginMs = performance.now();
    loss = (await runner.step(batch))['loss']!;
    times.push(performance.now() - beginMs);
  }
  runner.dispose();
  const chunks = chunkPlan(recipe);
  const views = chunks === null ? 2 * recipe.batchSize : chunks.views * Math.min(most, chunks.count);
  const stepMs = times.toSorted((a, b) => a - b)[times.length >> 1]!;
  return {
    case: name,
    precision,
    viewsPerSecond: Math.round((views * 10_000) / stepMs) / 10,
    stepSeconds: Math.round(stepMs) / 1000,
    largestRssMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
    loss,
  };
}

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    precision: { type: 'string', default: 'bfloat16' },
    case: { type: 'string', multiple: true, default: ['whole:256', 'ghost:4096:256'] },
    measure: { type: 'string' },
    'first-chunks': { type: 'string', default: '1000000' },
  },
});
const precision = values.precision === 'float32' ? 'float32' : 'bfloat16';
if (values.measure !== undefined) {
  console.log(JSON.stringify(await measure(values.measure, precision, Number(values['first-chunks']))));
} else {
  const script = new URL(import.meta.url).pathname;
  const measured = values.case.map((name) => {
    const args = [script, '--measure', name, '--precision', precision, '--first-chunks', values['first-chunks']];
    const line = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    console.log(line.trim());
    return JSON.parse(line) as Measured;
  });
  const machine = `${cpus()[0]?.model ?? 'CPU'}, ${cpus().length} cores`;
  const load = loadavg()[0];
  const report = { network: 'ResNet-18 × 1, 32 px, LARS', machine, load, node: process.version, measured };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
}
