import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { compileGraph } from '#tensorflow/compiled-step/compile.ts';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { formatSummary, graphSummary } from '#tensorflow/compiled-step/graph-summary.ts';
import type { PureFunction } from '#tensorflow/compiled-step/record.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import {
  smallNetwork,
  smallNetworkBatch,
  smallNetworkState,
  smallNetworkStep,
  smallNetworkValues,
} from '#test/support/small-network-step.ts';

checkNativeTensorLeaks();

let session: Session;
beforeAll(() => void (session = new Session(compileGraph(smallNetworkState, smallNetwork()))));
afterAll(() => session.dispose());

function eagerLosses(count: number): number[] {
  return tf.tidy(() => {
    const tensors = (arrays: ReturnType<typeof smallNetworkValues> | ReturnType<typeof smallNetworkBatch>) =>
      Object.fromEntries(
        [...arrays].map(([name, { shape, values }]) => [
          name,
          tf.tensor(values, [...shape], values instanceof Uint8Array ? 'int32' : 'float32'),
        ]),
      );
    let state = tensors(smallNetworkValues());
    return Array.from({ length: count }, () => {
      const result = smallNetworkStep(state, tensors(smallNetworkBatch(0.1)));
      state = { ...result.state };
      return result.outputs['loss']!.dataSync()[0]!;
    });
  });
}

function sessionLosses(of: Session, count: number): number[] {
  of.run('writeState', smallNetworkValues());
  return Array.from({ length: count }, () => of.run('step', smallNetworkBatch(0.1)).get('loss')!.values[0]!);
}

const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) });

describe('Session', () => {
  it('repeats the losses of the eager step, with bytes as input', () => {
    const eager = eagerLosses(8);
    expect(eager[7]).toBeLessThan(eager[0]! * 0.9);
    sessionLosses(session, 8).forEach((loss, i) => expect(Math.abs(loss / eager[i]! - 1)).toBeLessThan(1e-5));
  });

  it('makes all updates even when no output is read', () => {
    session.run('writeState', smallNetworkValues());
    for (let i = 0; i < 3; i++) session.run('step', smallNetworkBatch(0.1), ['loss']);
    expect(session.run('readState', new Map(), ['steps']).get('steps')!.values[0]).toBe(3);
  });

  it('takes the learning rate of each call', () => {
    session.run('writeState', smallNetworkValues());
    session.run('step', smallNetworkBatch(0));
    expect(session.run('readState', new Map()).get('kernel')!.values).toEqual(
      smallNetworkValues().get('kernel')!.values,
    );
    session.run('step', smallNetworkBatch(0.1));
    expect(session.run('readState', new Map()).get('kernel')!.values).not.toEqual(
      smallNetworkValues().get('kernel')!.values,
    );
  });

  it('reads bytes from memory shared between threads', () => {
    const batch = smallNetworkBatch(0.1);
    const plain = batch.get('pixels')!;
    const shared = new Uint8Array(new SharedArrayBuffer(plain.values.length));
    shared.set(plain.values);
    const [expected, loss] = [plain.values, shared].map((values) => {
      session.run('writeState', smallNetworkValues());
      return session.run('step', new Map([...batch, ['pixels', { ...plain, values }]])).get('loss')!.values[0];
    });
    expect(loss).toBe(expected);
  });

  it('lets every assignment see the values from before the step', () => {
    const state = new Map([
      ['a', { dtype: 'float32' as const, shape: [] }],
      ['b', { dtype: 'float32' as const, shape: [] }],
    ]);
    const exchange: PureFunction = ({ a, b }) => ({ state: { a: tf.mul(b!, 1), b: tf.mul(a!, 1) }, outputs: {} });
    const graph = compileGraph(
      state,
      new Map([['exchange', { run: exchange, inputs: new Map(), guards: [], passes: [] }]]),
    );
    const exchanging = new Session(graph);
    exchanging.run(
      'writeState',
      new Map([
        ['a', scalar(1)],
        ['b', scalar(2)],
      ]),
    );
    for (let i = 0; i < 101; i++) exchanging.run('exchange', new Map());
    const read = exchanging.run('readState', new Map());
    expect([read.get('a')!.values[0], read.get('b')!.values[0]]).toEqual([2, 1]);
    exchanging.dispose();
  });

  it('says which input is missing or of another shape, and which entry points there are', () => {
    const batch = smallNetworkBatch(0.1);
    batch.delete('rate');
    expect(() => session.run('step', batch)).toThrow('needs the input "rate"');
    batch.set('rate', { shape: [1], values: Float32Array.of(1) });
    expect(() => session.run('step', batch)).toThrow('Input "rate" of "step" must have shape [], got [1].');
    expect(() => session.run('walk', batch)).toThrow('No entry point "walk"; there are readState, writeState, step.');
  });

  it('in bfloat16 follows the float32 losses to three digits', () => {
    const graph = compileGraph(smallNetworkState, smallNetwork([bfloat16]));
    const narrow = new Session(graph);
    const expected = sessionLosses(session, 8);
    const losses = sessionLosses(narrow, 8);
    expect(losses).not.toEqual(expected);
    losses.forEach((loss, i) => expect(Math.abs(loss / expected[i]! - 1)).toBeLessThan(2e-2));
    narrow.dispose();
  });
});

describe('graphSummary', () => {
  it('counts nodes by operation and the bytes of variables', () => {
    const summary = graphSummary(compileGraph(smallNetworkState, smallNetwork()));
    expect(summary.nodesByOp.get('Conv2D')).toBe(1);
    expect(summary.variableCount).toBe(4);
    expect(summary.variableBytes).toBe(4 * (108 + 4 + 4 + 1));
    expect(formatSummary(summary)).toMatch(/^\d+ nodes, 4 variables of 0\.0 MB/);
  });
});
