import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { narrowInputs, narrowOutputs } from '#tensorflow/compiled-step/passes/narrow-images.ts';
import type { PureFunction } from '#tensorflow/compiled-step/record.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

const SHAPE = [2, 3, 3, 4];
const SIZE = 72;

const double: PureFunction = (_, { image }) => ({
  state: { kernel: tf.mul(image!, 1) },
  outputs: { value: tf.mul(image!, 2), row: tf.reshape(tf.mul(image!, 2), [SIZE]) },
});

const make: PureFunction = (_, { row }) => ({ state: {}, outputs: { value: tf.reshape(row!, SHAPE) } });

describe('narrowInputs and narrowOutputs', () => {
  it('halves images that go from one function to another, and leaves rows and variables as they are', () => {
    const common = { guards: [], passes: [narrowInputs, narrowOutputs] };
    const graph = compileGraph(
      new Map([['kernel', { dtype: 'float32', shape: SHAPE }]]),
      new Map([
        ['make', { ...common, run: make, inputs: new Map([['row', { dtype: 'float32', shape: [SIZE] }]]) }],
        ['double', { ...common, run: double, inputs: new Map([['image', { dtype: 'float32', shape: SHAPE }]]) }],
      ]),
    );
    const session = new Session(graph);
    // Whole numbers below 256 fit bfloat16's eight bits.
    const values = Float32Array.from({ length: SIZE }, (_, i) => i - 30);
    const { value: image } = Object.fromEntries(session.hold('make', new Map([['row', { shape: [SIZE], values }]])));
    expect(graph.entryPoints.get('make')!.outputs.get('value')!.dtype).toBe('bfloat16');
    expect(graph.entryPoints.get('double')!.inputs.get('image')!.dtype).toBe('bfloat16');
    expect(image!.shape).toEqual(SHAPE);
    const outputs = session.hold('double', new Map([['image', image!]]));
    expect(outputs.get('row')!.values).toEqual(values.map((value) => 2 * value));
    const twice = session.hold('double', new Map([['image', outputs.get('value')!]]));
    expect(twice.get('row')!.values).toEqual(values.map((value) => 4 * value));
    expect(session.run('readState', new Map()).get('kernel')!.values).toEqual(values.map((value) => 2 * value));
    for (const held of [image!, ...outputs.values(), ...twice.values()]) held.release();
    session.dispose();
  });
});
