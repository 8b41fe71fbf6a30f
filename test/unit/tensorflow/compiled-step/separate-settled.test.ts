import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { compileGraph, settleEntry } from '#tensorflow/compiled-step/compile.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram, type PureFunction, type TensorTypes } from '#tensorflow/compiled-step/record.ts';
import { separateSettled } from '#tensorflow/compiled-step/separate-settled.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { WRITE_STATE } from '#tensorflow/compiled-step/state-entry-points.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

const vector = { dtype: 'float32', shape: [3] } as const;
const state: TensorTypes = new Map([
  ['kernel', vector],
  ['scale', vector],
]);
const inputs: TensorTypes = new Map([['x', vector]]);
const values = (...numbers: number[]) => ({ shape: [numbers.length], values: Float32Array.from(numbers) });

/** x · (kernel · scale²) + scale, and beside it something that no input has a part in. */
const run: PureFunction = ({ kernel, scale }, { x }) => {
  const folded = tf.mul(kernel!, tf.square(scale!));
  return { state: {}, outputs: { y: tf.add(tf.mul(x!, folded), scale!), largest: tf.max(folded) } };
};

const ops = ({ nodes }: Program) => nodes.map(({ op }) => op).filter((op) => op !== 'Const');

describe('separateSettled', () => {
  it('leaves to the function only what needs its inputs', () => {
    const { settle, rest, kept } = separateSettled(recordProgram({ state, inputs, run }), 'kept');
    expect(ops(settle)).toEqual(['Variable', 'Variable', 'Square', 'Mul', 'Max']);
    expect(ops(rest).toSorted()).toEqual(['Add', 'Input', 'Mul', 'Variable', 'Variable', 'Variable']);
    expect([...kept.values()]).toEqual([vector, { dtype: 'float32', shape: [] }]);
  });

  it('refuses a program that changes the state', () => {
    const counting: PureFunction = ({ scale }) => ({ state: { scale: tf.add(scale!, 1) }, outputs: {} });
    expect(() => separateSettled(recordProgram({ state, inputs, run: counting }), 'kept')).toThrow(/settled/);
  });

  it('gives what the whole function gives, of the state that was settled last', () => {
    const functions = new Map([
      ['whole', { run, inputs, guards: [], passes: [] }],
      ['parted', { run, inputs, guards: [], passes: [], isSettled: true }],
    ]);
    const session = new Session(compileGraph(state, functions));
    const asked = new Map([['x', values(1, 2, 3)]]);
    for (const scale of [values(1, -1, 2), values(0.5, 3, 1)]) {
      session.run(
        WRITE_STATE,
        new Map([
          ['kernel', values(4, 5, 6)],
          ['scale', scale],
        ]),
      );
      session.run(settleEntry('parted'), new Map());
      expect(session.run('parted', asked)).toEqual(session.run('whole', asked));
    }
    expect([...session.run('parted', asked).get('y')!.values]).toEqual([1.5, 93, 19]);
    session.dispose();
  });
});
