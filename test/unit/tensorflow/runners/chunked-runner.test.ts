import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import type { StateArrays } from '#training/ports.ts';
import { chunkedBatch } from '#test/support/chunked-batch.ts';
import { runnerOf, trainedFrom } from '#test/support/chunked-training.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { relativeDistance } from '#test/support/state-distance.ts';

checkNativeTensorLeaks();

const IMAGES = 16;
/** No batch norm anywhere: a chunk's rows don't depend on each other. */
const WITHOUT_BATCH_NORM: TrainingConfigInput = {
  encoder: { norm: 'group', zeroInitLastGamma: false },
  head: { hiddenBatchNorm: false },
};

function chunked(changes: TrainingConfigInput, images: number | null): Recipe {
  return smallRecipe({ side: 8, batchSize: IMAGES, ...changes, chunk: { images } });
}

describe('ChunkedRunner', () => {
  // With momentum 0 before the first step and no decay, the momentum slots after it are the gradients.
  const oneStep = { first: 0, end: 1, learningRate: 0.01 };
  const plain: TrainingConfigInput = { ...WITHOUT_BATCH_NORM, optimizer: { weightDecay: 0 } };

  for (const chunks of [2, 4, 8]) {
    it(`[CHUNK1] gives the whole batch's loss, measures and gradients in ${chunks} chunks`, async () => {
      const recipe = chunked(plain, IMAGES / chunks);
      const state = initialState(recipe, 3);
      const whole = await trainedFrom(chunked(plain, null), 'compiled', state, oneStep);
      const parts = await trainedFrom(recipe, 'compiled', state, oneStep);
      expect(Object.keys(parts.outputs[0]!).toSorted()).toEqual(Object.keys(whole.outputs[0]!).toSorted());
      for (const [name, value] of Object.entries(whole.outputs[0]!)) {
        expect(Math.abs(parts.outputs[0]![name]! - value), name).toBeLessThanOrEqual(1e-5 * Math.abs(value));
      }
      expect(relativeDistance(parts.state, whole.state, 'optimizer/')).toBeLessThan(1e-5);
      expect(relativeDistance(parts.state, whole.state, '')).toBeLessThan(1e-5);
    });
  }

  it.each([
    ['SGD', {}],
    ['LARS', { optimizer: { kind: 'lars' } }],
    ['AdamW', { optimizer: { kind: 'adamw' } }],
  ] as const)('[CHUNK6] compiled, it makes the eager steps with %s', async (_, changes) => {
    const recipe = chunked({ ...changes, side: 16 }, 4);
    const state = initialState(recipe, 3);
    const steps = { first: 0, end: 3, learningRate: 0.003 };
    const eager = await trainedFrom(recipe, 'eager', state, steps);
    const compiled = await trainedFrom(recipe, 'compiled', state, steps);
    eager.outputs.forEach((outputs, step) => {
      for (const [name, value] of Object.entries(outputs)) {
        const most = 1e-3 * Math.abs(value);
        expect(Math.abs(compiled.outputs[step]![name]! - value), `${name} of step ${step}`).toBeLessThanOrEqual(most);
      }
    });
    expect(relativeDistance(compiled.state, eager.state, 'encoder/')).toBeLessThan(1e-3);
  });

  it('[CHUNK3] takes each chunk into the running statistics once', async () => {
    const recipe = chunked({ head: { kind: 'none' }, encoder: { depth: 18 } }, 8);
    const state = initialState(recipe, 3);
    const { state: after } = await trainedFrom(recipe, 'compiled', state, { first: 0, end: 1, learningRate: 0 });
    const name = 'encoder/stem/bn/movingVariance';
    // Running variances start at 1: what is left of that after two chunks is 0.9², whatever the chunks' own were.
    const one = await trainedFrom({ ...recipe, chunk: { ...recipe.chunk, images: 4 } }, 'compiled', state, {
      first: 0,
      end: 1,
      learningRate: 0,
    });
    const means = (values: StateArrays): number => {
      const array = Array.from(values.get(name)!.values);
      return array.reduce((sum, value) => sum + value, 0) / array.length;
    };
    const batchVariance = (mean: number, chunks: number): number => (mean - 0.9 ** chunks) / (1 - 0.9 ** chunks);
    expect(batchVariance(means(after), 2)).toBeGreaterThan(0);
    expect(batchVariance(means(one.state), 4) / batchVariance(means(after), 2)).toBeCloseTo(1, 1);
  });

  it('[CHUNK5] leaves the state as it was when the loss is not a number', async () => {
    const recipe = chunked({}, 4);
    const runner = runnerOf(recipe, 'compiled');
    const state = new Map(initialState(recipe, 3));
    const stem = state.get('encoder/stem/conv/kernel')!;
    state.set('encoder/stem/conv/kernel', { ...stem, values: stem.values.map(() => Number.NaN) });
    await runner.writeState(state);
    const { loss } = await runner.step(chunkedBatch(recipe, 0, 0.1));
    expect(loss).toBeNaN();
    const after = await runner.readState();
    for (const [name, { values }] of state) expect(after.get(name)!.values, name).toEqual(values);
    runner.dispose();
  });

  it('goes on from a state as if it had never stopped', async () => {
    const recipe = chunked({}, 4);
    const state = initialState(recipe, 3);
    const learningRate = 0.01;
    const unbroken = await trainedFrom(recipe, 'compiled', state, { first: 0, end: 4, learningRate });
    const half = await trainedFrom(recipe, 'compiled', state, { first: 0, end: 2, learningRate });
    const resumed = await trainedFrom(recipe, 'compiled', half.state, { first: 2, end: 4, learningRate });
    expect(resumed.outputs).toEqual(unbroken.outputs.slice(2));
    expect(relativeDistance(resumed.state, unbroken.state, '')).toBe(0);
  });

  it.each(['eager', 'compiled'] as const)('holds no more tensors after 12 steps than after 2: %s', async (kind) => {
    const recipe = chunked({}, 4);
    const runner = runnerOf(recipe, kind);
    await runner.writeState(initialState(recipe, 3));
    const counts: number[][] = [];
    for (let step = 0; step < 12; step++) {
      await runner.step(chunkedBatch(recipe, step, 0.01));
      counts.push([tf.memory().numTensors, nativeBackend().binding.getNumOfTensors()]);
    }
    runner.dispose();
    expect(counts[11]).toEqual(counts[1]);
  });
});
