import { expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { Clock } from '#base/clock.ts';
import { probePrecision } from '#tensorflow/runners/probe-precision.ts';
import type { StepDefinition } from '#tensorflow/runners/step-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

const settings = {
  definition: {
    state: new Map([['w', { dtype: 'float32', shape: [] }]]),
    step: ({ w }, { learningRate }) =>
      tf.tidy(() => ({ state: { w: tf.add(w!, learningRate!) }, outputs: { loss: tf.mul(w!, 2) } })) as ReturnType<
        StepDefinition['step']
      >,
    inputs: new Map([['learningRate', { dtype: 'float32', shape: [] }]]),
    guards: ['loss'],
    looks: new Map(),
  } satisfies StepDefinition,
  state: new Map([['w', { shape: [], dtype: 'float32' as const, values: Float32Array.of(1) }]]),
  batch: { step: 0, learningRate: 0.5, inputs: new Map(), release: () => {} },
  device: 'cpu',
  candidates: ['float32', 'bfloat16'] as const,
};

/** A clock by which each of the first `steps` steps takes the first time, and each later one the second. */
function steppedClock(steps: number, firstMs: number, laterMs: number): Clock {
  let reads = 0;
  let nowMs = 0;
  return {
    wallMs: () => nowMs,
    monotonicMs: () => {
      reads += 1;
      if (reads % 2 === 0) nowMs += reads <= 2 * steps ? firstMs : laterMs;
      return nowMs;
    },
  };
}

it('chooses bfloat16 only when it is at least a tenth faster', async () => {
  const quick = await probePrecision({ ...settings, clock: steppedClock(5, 110, 99) });
  expect(quick).toEqual({
    chosen: 'bfloat16',
    stepMs: new Map([
      ['float32', 110],
      ['bfloat16', 99],
    ]),
  });
  const slow = await probePrecision({ ...settings, clock: steppedClock(5, 100, 95) });
  expect(slow?.chosen).toBe('float32');
});

it('measures one alone where nothing else comes into question', async () => {
  const alone = await probePrecision({ ...settings, candidates: ['bfloat16'], clock: steppedClock(5, 110, 99) });
  expect(alone).toEqual({ chosen: 'bfloat16', stepMs: new Map([['bfloat16', 110]]) });
});

it('has nothing to choose when the step cannot be compiled', async () => {
  const outside = tf.scalar(1);
  const definition = {
    ...settings.definition,
    step: () => ({ state: {}, outputs: { loss: tf.add(outside, 1) } }),
  };
  expect(await probePrecision({ ...settings, definition, clock: steppedClock(5, 1, 1) })).toBeNull();
  outside.dispose();
});
