import { expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { makeStepRunner } from '#tensorflow/runners/make-step-runner.ts';
import type { StepDefinition } from '#tensorflow/runners/step-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

/** `resize` is an operation of tfjs that has no shape function. */
function definition(resize: boolean): StepDefinition {
  return {
    state: new Map([['w', { dtype: 'float32', shape: [] }]]),
    step: ({ w }, { learningRate }) =>
      tf.tidy(() => {
        const image = tf.fill([1, 2, 2, 1], 3) as tf.Tensor4D;
        const value = tf.sum(resize ? tf.image.resizeBilinear(image, [1, 1]) : image);
        return { state: { w: tf.add(w!, learningRate!) }, outputs: { loss: tf.mul(value, w!) } };
      }) as ReturnType<StepDefinition['step']>,
    inputs: new Map([['learningRate', { dtype: 'float32', shape: [] }]]),
    guards: ['loss'],
    looks: new Map(),
  };
}

const batch = { step: 0, learningRate: 0.5, inputs: new Map(), release: () => {} };
const state = new Map([['w', { shape: [], dtype: 'float32' as const, values: Float32Array.of(2) }]]);

async function runTwice(resize: boolean, compiled: boolean) {
  const reasons: string[] = [];
  const runner = makeStepRunner(definition(resize), {
    compiled,
    precision: 'float32',
    device: 'cpu',
    known: null,
    onFallback: (reason) => reasons.push(reason),
  });
  await runner.writeState(state);
  const losses = [(await runner.step(batch))['loss'], (await runner.step(batch))['loss']];
  runner.dispose();
  return { reasons, losses, isCompiled: runner.description.compiled };
}

it('compiles when it can, and runs eagerly when told to', async () => {
  expect(await runTwice(false, true)).toEqual({ reasons: [], losses: [24, 30], isCompiled: true });
  expect(await runTwice(false, false)).toEqual({ reasons: [], losses: [24, 30], isCompiled: false });
});

it('runs eagerly when an operation cannot be recorded, and says so once, naming it', async () => {
  const { reasons, losses, isCompiled } = await runTwice(true, true);
  expect(isCompiled).toBe(false);
  expect(losses).toEqual([6, 7.5]);
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toContain('operation ResizeBilinear has no shape function');
});
