import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { mergedMoments } from '#tensorflow/runners/merged-moments.ts';
import type { StateArrays } from '#training/ports.ts';
import { chunkedBatch } from '#test/support/chunked-batch.ts';
import { runnerOf, trainedFrom, type RunnerKind } from '#test/support/chunked-training.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { relativeDistance } from '#test/support/state-distance.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

const IMAGES = 16;
/** Compiling the many functions of a network takes seconds, and minutes on a busy machine. */
const LIMIT_MS = 300_000;

/** γ of the last norms at 1, so that every weight has a gradient. */
function recipeOf(changes: TrainingConfigInput, images: number | null): Recipe {
  const encoder = { zeroInitLastGamma: false, ...changes.encoder };
  const chunk = { images, batchNorm: images === null ? ('ghost' as const) : ('global' as const) };
  return smallRecipe({ side: 16, batchSize: IMAGES, optimizer: { weightDecay: 0 }, ...changes, encoder, chunk });
}

/** One step from the same start, whole and in chunks; momentum starts at 0, so its slots become the gradients. */
async function bothAfterOneStep(changes: TrainingConfigInput, images: number, kind: RunnerKind = 'compiled') {
  const state = initialState(recipeOf(changes, null), 3);
  const step = { first: 0, end: 1, learningRate: 0.01 };
  const whole = await trainedFrom(recipeOf(changes, null), 'compiled', state, step);
  const parts = await trainedFrom(recipeOf(changes, images), kind, state, step);
  return { whole, parts };
}

function expectEqual({ whole, parts }: Awaited<ReturnType<typeof bothAfterOneStep>>, tolerance: number): void {
  for (const [name, value] of Object.entries(whole.outputs[0]!)) {
    const most = tolerance * Math.abs(value);
    expect(Math.abs(parts.outputs[0]![name]! - value), name).toBeLessThanOrEqual(most);
  }
  for (const prefix of ['optimizer/', 'encoder/', 'head/']) {
    const isThere = [...whole.state.keys()].some((name) => name.startsWith(prefix));
    if (isThere) expect(relativeDistance(parts.state, whole.state, prefix), prefix).toBeLessThan(tolerance);
  }
}

describe('StagedPasses', () => {
  it.each([2, 4, 8])(
    '[CHUNK8] gives the whole batch’s loss, measures, gradients and running statistics in %i chunks',
    async (chunks) => expectEqual(await bothAfterOneStep({}, IMAGES / chunks), 1e-4),
    LIMIT_MS,
  );

  // Eagerly, because compiling the many functions of each network would take most of the time.
  const networks: readonly (readonly [string, TrainingConfigInput])[] = [
    ['the pooled stem', { side: 40, encoder: { stem: 'large' } }],
    // With their last γ at 0 the deep network does not blow rounding up.
    ['bottlenecks', { encoder: { depth: 50, zeroInitLastGamma: true } }],
    ['a norm after the output', { head: { outputBatchNorm: true, hiddenLayers: 2 } }],
    ['no head', { head: { kind: 'none' } }],
    ['group norm in the encoder, batch norm in the head', { encoder: { norm: 'group', width: 0.25 } }],
  ];
  it.each(networks)(
    '[CHUNK6, CHUNK8] does so eagerly with %s',
    async (_, changes) => expectEqual(await bothAfterOneStep(changes, 4, 'eager'), 1e-4),
    LIMIT_MS,
  );

  it(
    'in bfloat16, which also halves what is held between stages, is as near to float32 as the whole batch is',
    async () => {
      const state = initialState(recipeOf({}, null), 3);
      const step = { first: 0, end: 1, learningRate: 0.01 };
      const exact = await trainedFrom(recipeOf({}, null), 'eager', state, step);
      const distances = [];
      for (const images of [null, 4]) {
        const narrow = await trainedFrom(recipeOf({}, images), 'compiled', state, step, 'bfloat16');
        expect(Math.abs(narrow.outputs[0]!['loss']! - exact.outputs[0]!['loss']!)).toBeLessThan(0.02);
        distances.push(relativeDistance(narrow.state, exact.state, 'optimizer/'));
      }
      expect(distances[1]! / distances[0]!).toBeLessThan(1.5);
    },
    LIMIT_MS,
  );

  it(
    'goes on from a state as if it had never stopped',
    async () => {
      const recipe = recipeOf({ optimizer: { kind: 'lars' } }, 4);
      const learningRate = 0.01;
      const state: StateArrays = initialState(recipe, 3);
      const unbroken = await trainedFrom(recipe, 'eager', state, { first: 0, end: 3, learningRate });
      const half = await trainedFrom(recipe, 'eager', state, { first: 0, end: 1, learningRate });
      const resumed = await trainedFrom(recipe, 'eager', half.state, { first: 1, end: 3, learningRate });
      expect(resumed.outputs).toEqual(unbroken.outputs.slice(1));
      expect(relativeDistance(resumed.state, unbroken.state, '')).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'holds no more tensors after 8 steps than after 2',
    async () => {
      const recipe = recipeOf({ side: 8 }, 4);
      const runner = runnerOf(recipe, 'compiled');
      await runner.writeState(initialState(recipe, 3));
      const counts: number[][] = [];
      for (let step = 0; step < 8; step++) {
        await runner.step(chunkedBatch(recipe, step, 0.01));
        counts.push([tf.memory().numTensors, nativeBackend().binding.getNumOfTensors()]);
      }
      runner.dispose();
      expect(counts[7]).toEqual(counts[1]);
    },
    LIMIT_MS,
  );
});

describe('mergedMoments', () => {
  it('merges parts far from zero without losing their variance', () => {
    const part = (values: readonly number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return new Map([
        ['mean', { shape: [1], values: Float32Array.of(mean) }],
        ['variance', { shape: [1], values: Float32Array.of(variance) }],
      ]);
    };
    const merged = mergedMoments([part([10_000, 10_001]), part([10_002, 10_003])]);
    expect(merged.get('mean')!.values).toEqual(Float32Array.of(10_001.5));
    expect(merged.get('variance')!.values).toEqual(Float32Array.of(1.25));
  });
});
