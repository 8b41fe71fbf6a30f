import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { directConvolutions } from '#tensorflow/compiled-step/passes/direct-convolutions.ts';
import { foldScales } from '#tensorflow/compiled-step/passes/fold-scales.ts';
import { fuseBiases } from '#tensorflow/compiled-step/passes/fuse-biases.ts';
import { removeDeadNodes } from '#tensorflow/compiled-step/passes/remove-dead-nodes.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { BIASED_CONVOLUTION } from '#tensorflow/direct-convolution.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';

checkNativeTensorLeaks();

const shapes = { x: [19, 6, 6, 32], kernel: [3, 3, 32, 32], scale: [32], shift: [32], side: [19, 6, 6, 32] } as const;
type Operands = Readonly<Record<keyof typeof shapes, tf.Tensor>>;

const inputs = new Map(
  Object.entries(shapes).map(([name, shape], seed) => {
    const count = shape.reduce((product: number, size) => product * size, 1);
    return [name, { shape, values: uniformValues(count, seed).map((value) => value - 0.5) }];
  }),
);

/** A norm of a convolution as it is when nothing is trained, and what comes after it. */
function recorded(after: (normed: tf.Tensor, operands: Operands) => tf.Tensor, channels = 32): Program {
  const given = Object.entries(shapes).map(([name, shape]) => {
    const narrowed = shape.map((size, i) => (i === shape.length - 1 && name !== 'x' ? channels : size));
    return [name, { dtype: 'float32' as const, shape: narrowed }] as const;
  });
  return recordProgram({
    state: new Map(),
    inputs: new Map(given),
    run: (_state, operands) => {
      const { x, kernel, scale, shift } = operands as Operands;
      const convolved = tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');
      const normed = tf.add(tf.mul(convolved, scale), shift);
      return { state: {}, outputs: { y: after(normed, operands as Operands) } };
    },
  });
}

const ops = ({ nodes }: Program) => nodes.map(({ op }) => op).filter((op) => !['Input', 'Cast', 'Mul'].includes(op));

describe('fuseBiases', () => {
  const cases = [
    { what: 'a bias alone', after: (normed: tf.Tensor) => normed },
    { what: 'a ReLU after it', after: (normed: tf.Tensor) => tf.relu(normed) },
    { what: 'the sum with a side', after: (normed: tf.Tensor, { side }: Operands) => tf.relu(tf.add(normed, side)) },
    { what: 'a side and the sum', after: (normed: tf.Tensor, { side }: Operands) => tf.relu(tf.add(side, normed)) },
  ];
  for (const precision of ['float32', 'bfloat16'] as const)
    it.each(cases)(`gives in ${precision} to the last bit what separate operations give: $what`, ({ after }) => {
      const program = foldScales(recorded(after));
      const direct = directConvolutions(program);
      const before = precision === 'float32' ? direct : bfloat16(direct);
      const fused = removeDeadNodes(fuseBiases(before));
      expect(ops(fused)).toEqual([BIASED_CONVOLUTION]);
      const { fusedNorms, convolutions, narrowConvolutions } = nativeAbilities();
      if (!fusedNorms || !(precision === 'float32' ? convolutions : narrowConvolutions)) return;
      const expected = runProgram(before, inputs).get('y')!;
      expect(expected.some((value) => value > 0.1)).toBe(true);
      expect(runProgram(fused, inputs).get('y')).toEqual(expected);
    });

  it('convolves once where a bias is read before its ReLU too', () => {
    const program = foldScales(recorded((normed) => tf.add(tf.relu(normed), tf.neg(normed))));
    const fused = removeDeadNodes(fuseBiases(directConvolutions(program)));
    expect(ops(fused)).toEqual([BIASED_CONVOLUTION, 'Relu', 'Neg', 'Add']);
  });

  it('leaves the bias of a convolution of TensorFlow’s own to it', () => {
    const program = foldScales(recorded((normed) => tf.relu(normed), 24));
    expect(ops(removeDeadNodes(fuseBiases(directConvolutions(program))))).toEqual(['Conv2D', 'BiasAdd', 'Relu']);
  });
});
