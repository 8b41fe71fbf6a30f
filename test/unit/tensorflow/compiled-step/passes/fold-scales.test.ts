import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { graphDefinition } from '#tensorflow/compiled-step/graph-definition.ts';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { foldScales } from '#tensorflow/compiled-step/passes/fold-scales.ts';
import { removeDeadNodes } from '#tensorflow/compiled-step/passes/remove-dead-nodes.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { Session } from '#tensorflow/compiled-step/session.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

const shapes = { x: [2, 5, 5, 3], kernel: [3, 3, 3, 4], scale: [4], shift: [4] } as const;
const types = new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'float32' as const, shape }]));
const values = new Map(
  Object.entries(shapes).map(([name, shape], seed) => {
    const count = shape.reduce((product: number, size) => product * size, 1);
    return [name, { shape, values: uniformValues(count, seed).map((value) => value - 0.4) }];
  }),
);

type Operands = Readonly<Record<keyof typeof shapes, tf.Tensor>>;

function record(run: (operands: Operands, convolved: tf.Tensor) => tf.Tensor): Program {
  return recordProgram({
    state: new Map(),
    inputs: types,
    run: (_state, inputs) => {
      const operands = inputs as Operands;
      const convolved = tf.conv2d(operands.x as tf.Tensor4D, operands.kernel as tf.Tensor4D, 1, 'same');
      return { state: {}, outputs: { y: run(operands, convolved) } };
    },
  });
}

function valuesOf(program: Program): Float32Array {
  const session = new Session(graphDefinition(new Map(), new Map([['run', { program, guards: [] }]])));
  const result = session.run('run', values).get('y')!.values;
  session.dispose();
  return result as Float32Array;
}

const ops = ({ nodes }: Program) => nodes.map(({ op }) => op).filter((op) => op !== 'Input');
const fold = (program: Program) => removeDeadNodes(foldScales(program));

describe('foldScales', () => {
  it('moves the scale of each channel into the kernel, on either side of product and sum', () => {
    const written = [
      record(({ scale, shift }, convolved) => tf.relu(tf.add(tf.mul(convolved, scale), shift))),
      record(({ scale, shift }, convolved) => tf.relu(tf.add(shift, tf.mul(scale, convolved)))),
    ];
    for (const program of written) {
      const folded = fold(program);
      expect(ops(folded)).toEqual(['Mul', 'Conv2D', 'BiasAdd', 'Relu']);
      const expected = valuesOf(program);
      expect(expected.some((value) => value > 0.1)).toBe(true);
      valuesOf(folded).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
    }
  });

  it('keeps the result within the digits of bfloat16 when narrowed afterwards', () => {
    const program = record(({ scale, shift }, convolved) => tf.relu(tf.add(tf.mul(convolved, scale), shift)));
    const narrow = removeDeadNodes(bfloat16(fold(program)));
    expect(narrow.nodes.find(({ op }) => op === 'BiasAdd')?.outputs[0]?.dtype).toBe('bfloat16');
    const expected = valuesOf(program);
    valuesOf(narrow).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(0.02));
  });

  it('leaves a convolution alone whose result something else reads too', () => {
    const program = record(({ scale, shift }, convolved) => tf.add(tf.add(tf.mul(convolved, scale), shift), convolved));
    expect(ops(fold(program))).toEqual(ops(program));
  });

  it('leaves a scale alone that is not one number for each channel', () => {
    const program = record(({ x, shift }, convolved) => {
      const perRow = tf.reshape(tf.sum(x, [1, 2, 3]), [2, 1, 1, 1]);
      return tf.add(tf.mul(convolved, perRow), shift);
    });
    expect(ops(fold(program))).toEqual(ops(program));
  });
});
