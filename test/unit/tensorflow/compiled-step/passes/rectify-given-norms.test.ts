import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { normaliseBy } from '#simclr/ops/normalise-by.ts';
import { relu } from '#simclr/ops/relu.ts';
import { rectifyGivenNorms } from '#tensorflow/compiled-step/passes/rectify-given-norms.ts';
import { removeDeadNodes } from '#tensorflow/compiled-step/passes/remove-dead-nodes.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';

checkNativeTensorLeaks();

const IMAGE = [3, 5, 4, 32];
const SHAPES = { x: IMAGE, dy: IMAGE, mean: [32], variance: [32], gamma: [32], beta: [32] };

function recorded(isRectified: boolean): Program {
  return recordProgram({
    state: new Map(),
    inputs: new Map(Object.entries(SHAPES).map(([name, shape]) => [name, { dtype: 'float32', shape }] as const)),
    run: (_state, inputs) => {
      const { x, dy, mean, variance, gamma, beta } = inputs as Record<keyof typeof SHAPES, tf.Tensor>;
      const end = isRectified ? relu : (value: tf.Tensor) => tf.clone(value);
      const { grads } = tf
        .engine()
        .gradients(() => tf.sum(tf.mul(end(normaliseBy(x, { mean, variance, gamma, beta })), dy)), [x, gamma, beta]);
      const y = end(normaliseBy(x, { mean, variance, gamma, beta }));
      return { state: {}, outputs: { y, dx: grads[0]!, dgamma: grads[1]!, dbeta: grads[2]! } };
    },
  });
}

const inputs = new Map(
  Object.entries(SHAPES).map(([name, shape], i) => {
    const values = uniformValues(
      shape.reduce((a, b) => a * b),
      i,
    );
    return [name, { shape, values: values.map((value) => (name === 'variance' ? value + 0.1 : 2 * value - 1)) }];
  }),
);

const plain = (values: Float32Array): Float32Array => values.map((value) => value + 0);
const ops = ({ nodes }: Program): readonly string[] => nodes.map(({ op }) => op);

describe('rectifyGivenNorms', () => {
  it('makes the ReLU part of the norm, forward and backward, and changes no number', () => {
    if (!nativeAbilities().wholeOperations) return;
    const program = recorded(true);
    const rectified = removeDeadNodes(rectifyGivenNorms(program));
    expect(ops(program)).toEqual(expect.arrayContaining(['Relu', 'ReluGrad']));
    expect(ops(rectified)).not.toContain('Relu');
    expect(ops(rectified)).not.toContain('ReluGrad');
    const expected = runProgram(program, inputs);
    expect(expected.get('y')!.some((value) => value === 0)).toBe(true);
    const given = runProgram(rectified, inputs);
    // Of zeros the sign may differ.
    for (const [name, values] of expected) expect(plain(given.get(name)!), name).toEqual(plain(values));
  });

  it('leaves a norm without a ReLU as it is', () => {
    const program = recorded(false);
    expect(rectifyGivenNorms(program)).toEqual(program);
  });
});
