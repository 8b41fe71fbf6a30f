import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { directConvolutions } from '#tensorflow/compiled-step/passes/direct-convolutions.ts';
import { directFilterGradients } from '#tensorflow/compiled-step/passes/direct-filter-gradients.ts';
import { foldPads } from '#tensorflow/compiled-step/passes/fold-pads.ts';
import { removeDeadNodes } from '#tensorflow/compiled-step/passes/remove-dead-nodes.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';

checkNativeTensorLeaks();

interface Convolution {
  readonly images: number;
  readonly sides: readonly [number, number];
  readonly into: number;
  readonly out: number;
}

const shapesOf = ({ images, sides, into, out }: Convolution, pad = 1) => ({
  x: [images, ...sides, into],
  filter: [3, 3, into, out],
  weights: [images, ...sides.map((side) => Math.floor((side + 2 * pad - 3) / 2) + 1), out],
});

/** A convolution of stride 2 as the encoders have it, and the gradients of its weighted sum. */
function recorded(convolution: Convolution, pad: number): Program {
  const shapes = Object.entries(shapesOf(convolution, pad));
  const around = [pad, pad] as [number, number];
  const convolve = (x: tf.Tensor4D, filter: tf.Tensor4D) =>
    tf.conv2d(tf.pad4d(x, [[0, 0], around, around, [0, 0]]), filter, 2, 'valid');
  return recordProgram({
    state: new Map(),
    inputs: new Map(shapes.map(([name, shape]) => [name, { dtype: 'float32', shape }] as const)),
    run: (_state, { x, filter, weights }) => {
      const sum = (image: tf.Tensor, kernel: tf.Tensor) =>
        tf.sum(tf.mul(convolve(image as tf.Tensor4D, kernel as tf.Tensor4D), weights!));
      const [dx, dfilter] = tf.grads(sum)([x!, filter!]) as [tf.Tensor, tf.Tensor];
      return { state: {}, outputs: { y: convolve(x as tf.Tensor4D, filter as tf.Tensor4D), dx, dfilter } };
    },
  });
}

/** Values that bfloat16 holds exactly, so that narrowing loses nothing: eighths from −1 to 1. */
function eighths(shape: readonly number[], seed: number) {
  const count = shape.reduce((a, b) => a * b);
  return { shape, values: uniformValues(count, seed).map((value) => Math.round(16 * value - 8) / 8) };
}

const ops = ({ nodes }: Program) => nodes.map(({ op }) => op);
const direct = (program: Program) => directFilterGradients(directConvolutions(program));
const ROUNDING = 2 ** -8;

function expectEqualValues(program: Program, folded: Program, convolution: Convolution): void {
  const inputs = new Map(
    Object.entries(shapesOf(convolution)).map(([name, shape], i) => [name, eighths(shape, i)] as const),
  );
  const [expected, given] = [runProgram(program, inputs), runProgram(bfloat16(folded), inputs)];
  for (const name of ['y', 'dx', 'dfilter']) {
    expect(expected.get(name)!.some((value) => Math.abs(value) > 0.5)).toBe(true);
    expectClose(given.get(name)!, expected.get(name)!, ROUNDING);
  }
}

describe('foldPads', () => {
  const cases: readonly Convolution[] = [
    { images: 5, sides: [32, 32], into: 16, out: 32 },
    { images: 3, sides: [16, 20], into: 32, out: 64 },
    { images: 9, sides: [8, 8], into: 64, out: 128 },
    { images: 2, sides: [15, 17], into: 16, out: 16 },
    { images: 2, sides: [9, 12], into: 128, out: 256 },
  ];
  it.each(cases)('leaves zeros around $images images of $sides to operations of ours, $into → $out', (convolution) => {
    const program = recorded(convolution, 1);
    const folded = removeDeadNodes(foldPads(direct(program)));
    expect(ops(program)).toEqual(expect.arrayContaining(['PadV2', 'Slice']));
    expect(ops(folded)).not.toContain('PadV2');
    expect(ops(folded)).not.toContain('Slice');
    if (nativeAbilities().narrowConvolutions) expectEqualValues(program, folded, convolution);
  });

  it('leaves a gradient of smaller images than ours can write as it is', () => {
    const convolution: Convolution = { images: 3, sides: [7, 6], into: 16, out: 16 };
    const program = recorded(convolution, 1);
    const folded = removeDeadNodes(foldPads(direct(program)));
    expect(ops(folded)).toContain('Slice');
    if (nativeAbilities().narrowConvolutions) expectEqualValues(program, folded, convolution);
  });

  it('leaves wider zeros as they are', () => {
    const program = direct(recorded({ images: 2, sides: [16, 16], into: 16, out: 16 }, 2));
    expect(ops(foldPads(program))).toEqual(ops(program));
  });
});
