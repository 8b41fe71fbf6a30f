import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { graphBytes } from '#tensorflow/compiled-step/graph-bytes.ts';
import { recordProgram, type PureFunction, type RecordingRequest } from '#tensorflow/compiled-step/record.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallNetwork, smallNetworkState } from '#test/support/small-network-step.ts';

checkNativeTensorLeaks();

const vector = new Map([['x', { dtype: 'float32' as const, shape: [3] }]]);

function recordOutputs(outputs: (x: tf.Tensor) => Record<string, tf.Tensor>, more: Partial<RecordingRequest> = {}) {
  const run: PureFunction = (_state, inputs) => ({ state: {}, outputs: outputs(inputs['x']!) });
  return recordProgram({ state: new Map(), inputs: vector, run, ...more });
}

describe('recordProgram', () => {
  it('gives byte-equal graphs whatever the values are at the time', () => {
    const first = graphBytes(compileGraph(smallNetworkState, smallNetwork()));
    tf.tidy(() => tf.randomNormal([50]).sum().dataSync());
    expect(graphBytes(compileGraph(smallNetworkState, smallNetwork()))).toEqual(first);
    expect(first.length).toBeGreaterThan(1000);
  });

  it('computes nothing: the native library is not called', () => {
    const before = nativeBackend().binding.getNumOfTensors();
    recordOutputs((x) => {
      const y = tf.exp(tf.outerProduct(x as tf.Tensor1D, x as tf.Tensor1D));
      expect(nativeBackend().binding.getNumOfTensors()).toBe(before);
      return { y };
    });
  });

  it('refuses a tensor from outside, with its shape and the place of its use', () => {
    const outside = tf.ones([3]);
    const used = tf.add(outside, 1);
    for (const captured of [outside, used]) {
      expect(() => recordOutputs((x) => ({ y: tf.mul(x, captured) }))).toThrow(
        /float32 \[3\] from outside is used at .*record\.test\.ts:\d+/,
      );
    }
    tf.dispose([outside, used]);
  });

  it('freezes a tensor from outside that is declared constant', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    const used = tf.neg(outside);
    const constants = [outside, used];
    const program = recordOutputs((x) => ({ y: tf.mul(tf.mul(x, outside), used) }), { constants });
    const frozen = program.nodes.filter(({ op }) => op === 'Const').map(({ attributes }) => attributes['value']);
    const bytes = [
      [1, 2, 3],
      [-1, -2, -3],
    ].map((values) => new Uint8Array(Float32Array.from(values).buffer));
    expect(frozen.map((value) => (value?.kind === 'tensor' ? value.value.bytes : null))).toEqual(bytes);
    tf.dispose(constants);
  });

  it('names an operation that has no shape function', () => {
    const image = new Map([['x', { dtype: 'float32' as const, shape: [1, 4, 4, 3] }]]);
    expect(() =>
      recordOutputs((x) => ({ y: tf.image.resizeBilinear(x as tf.Tensor4D, [2, 2]) }), { inputs: image }),
    ).toThrow(/operation ResizeBilinear has no shape function/);
  });

  it('refuses to read values, which there are none of', () => {
    expect(() => recordOutputs((x) => ({ y: tf.scalar(tf.sum(x).dataSync()[0]!) }))).toThrow(/Values were read at/);
    const outside = tf.ones([3]);
    expect(() => recordOutputs((x) => ({ y: tf.mul(x, outside.dataSync()[0]!) }))).toThrow(/Values were read at/);
    outside.dispose();
  });

  it('refuses a next state of another shape than the variable has', () => {
    const run: PureFunction = (state) => ({ state: { x: tf.sum(state['x']!) }, outputs: {} });
    expect(() => recordProgram({ state: vector, inputs: new Map(), run })).toThrow(
      'The next "x" is float32 []; the variable is float32 [3].',
    );
  });

  it('leaves the backend working after a failure', () => {
    expect(() =>
      recordOutputs(() => {
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).arraySync())).toEqual([2, 3]);
  });

  it('makes equal constants and equal subexpressions once', () => {
    const program = recordOutputs((x) => ({ y: tf.add(tf.mul(x, 2), tf.mul(x, 2)), z: tf.mul(x, 2) }));
    expect(program.nodes.map(({ op }) => op)).toEqual(['Input', 'Const', 'Mul', 'Add']);
  });
});
