import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { directConvolutions } from '#tensorflow/compiled-step/passes/direct-convolutions.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { CONVOLUTION, CONVOLUTION_GRADIENT } from '#tensorflow/direct-convolution.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';

checkNativeTensorLeaks();

interface Convolution {
  readonly images: number;
  /** Of the input: height and width. At stride 2 it comes padded, as the encoders pad it. */
  readonly sides: readonly [number, number];
  readonly into: number;
  readonly out: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

/** The convolution, and its gradient by input given any dy. */
function recorded({ images, sides, into, out, kernel, stride }: Convolution): Program {
  const attributes = {
    strides: stride,
    pad: stride === 1 ? 'same' : 'valid',
    dataFormat: 'NHWC',
    dilations: 1,
  } as const;
  const x = [images, ...sides, into] as [number, number, number, number];
  const run = (name: string, inputs: tf.NamedTensorMap, more: object): tf.Tensor =>
    tf.engine().runKernel(name, inputs, { ...attributes, ...more } as unknown as tf.NamedAttrMap) as tf.Tensor;
  return recordProgram({
    state: new Map(),
    inputs: new Map(Object.entries(shapesOf({ images, sides, into, out, kernel, stride })).map(floats)),
    run: (_state, { x: image, dy, filter }) => ({
      state: {},
      outputs: {
        y: run(tf.Conv2D, { x: image!, filter: filter! }, {}),
        dx: run(tf.Conv2DBackpropInput, { dy: dy!, filter: filter! }, { inputShape: x }),
      },
    }),
  });
}

const floats = ([name, shape]: [string, readonly number[]]) => [name, { dtype: 'float32', shape }] as const;

function shapesOf({ images, sides, into, out, kernel, stride }: Convolution) {
  const [height, width] = sides.map((side) => (stride === 1 ? side : Math.floor((side - kernel) / 2) + 1));
  return { x: [images, ...sides, into], dy: [images, height!, width!, out], filter: [kernel, kernel, into, out] };
}

/** Values that bfloat16 holds exactly, so that narrowing the inputs loses nothing: eighths from −1 to 1. */
function eighths(shape: readonly number[], seed: number) {
  const count = shape.reduce((a, b) => a * b, 1);
  return { shape, values: uniformValues(count, seed).map((value) => Math.round(16 * value - 8) / 8) };
}

const inputsOf = (convolution: Convolution) =>
  new Map(Object.entries(shapesOf(convolution)).map(([name, shape], i) => [name, eighths(shape, i)]));
const ops = ({ nodes }: Program) => nodes.map(({ op }) => op);
/** What comes out is rounded to bfloat16 once: half of its last of eight bits. */
const ROUNDING = 2 ** -8;

describe('directConvolutions', () => {
  const cases: readonly Convolution[] = [
    { images: 5, sides: [32, 32], into: 16, out: 16, kernel: 3, stride: 1 },
    { images: 19, sides: [16, 16], into: 32, out: 64, kernel: 3, stride: 1 },
    { images: 33, sides: [4, 4], into: 128, out: 128, kernel: 3, stride: 1 },
    { images: 3, sides: [7, 6], into: 64, out: 16, kernel: 3, stride: 1 },
    { images: 2, sides: [5, 27], into: 16, out: 512, kernel: 3, stride: 1 },
    { images: 2, sides: [9, 11], into: 16, out: 128, kernel: 3, stride: 1 },
    { images: 4, sides: [12, 12], into: 32, out: 64, kernel: 3, stride: 1 },
    { images: 4, sides: [6, 6], into: 64, out: 128, kernel: 3, stride: 1 },
    { images: 3, sides: [14, 7], into: 16, out: 32, kernel: 3, stride: 1 },
    // By tiles: with and without ones that reach over the edge, and of many images a few at once.
    { images: 4, sides: [7, 9], into: 32, out: 64, kernel: 3, stride: 1 },
    { images: 41, sides: [5, 7], into: 64, out: 32, kernel: 3, stride: 1 },
    { images: 2, sides: [24, 24], into: 64, out: 64, kernel: 3, stride: 1 },
    { images: 37, sides: [6, 6], into: 256, out: 128, kernel: 3, stride: 1 },
    { images: 70, sides: [5, 5], into: 16, out: 64, kernel: 1, stride: 1 },
    { images: 5, sides: [34, 34], into: 16, out: 32, kernel: 3, stride: 2 },
    { images: 3, sides: [15, 19], into: 32, out: 64, kernel: 3, stride: 2 },
    { images: 17, sides: [10, 10], into: 64, out: 128, kernel: 3, stride: 2 },
    { images: 5, sides: [32, 32], into: 16, out: 32, kernel: 1, stride: 2 },
    { images: 5, sides: [9, 12], into: 32, out: 16, kernel: 1, stride: 2 },
    { images: 4, sides: [6, 6], into: 512, out: 1024, kernel: 1, stride: 1 },
    { images: 7, sides: [3, 3], into: 64, out: 128, kernel: 3, stride: 1 },
    { images: 5, sides: [3, 3], into: 2048, out: 512, kernel: 1, stride: 1 },
    { images: 3, sides: [8, 8], into: 512, out: 512, kernel: 3, stride: 2 },
    { images: 3, sides: [6, 6], into: 1024, out: 2048, kernel: 1, stride: 2 },
    { images: 4, sides: [24, 23], into: 256, out: 64, kernel: 1, stride: 1 },
    // Thirty-two images at once, a few rows of them at once, and what is left over of both.
    { images: 33, sides: [20, 16], into: 256, out: 32, kernel: 3, stride: 1 },
    { images: 16, sides: [13, 30], into: 64, out: 128, kernel: 3, stride: 1 },
    { images: 50, sides: [21, 18], into: 128, out: 16, kernel: 3, stride: 2 },
    { images: 35, sides: [11, 8], into: 128, out: 256, kernel: 1, stride: 2 },
  ];
  it.each(cases)(
    'gives what TensorFlow gives for $images images of $sides, $into → $out channels, $kernel × $kernel, stride $stride',
    (convolution) => {
      const program = recorded(convolution);
      const inputs = inputsOf(convolution);
      const expected = runProgram(program, inputs);
      const changed = directConvolutions(program);
      expect(ops(changed)).toEqual(expect.arrayContaining([CONVOLUTION, CONVOLUTION_GRADIENT]));
      for (const name of ['y', 'dx']) expect(expected.get(name)!.some((value) => Math.abs(value) > 0.5)).toBe(true);
      const { convolutions, narrowConvolutions } = nativeAbilities();
      // Sums of eighths are exact in float32.
      if (convolutions) expect(runProgram(changed, inputs)).toEqual(expected);
      if (!narrowConvolutions) return;
      const given = runProgram(bfloat16(changed), inputs);
      for (const name of ['y', 'dx']) expectClose(given.get(name)!, expected.get(name)!, ROUNDING);
    },
  );

  it.each([
    { precision: 'float32', most: 1e-6 },
    // Of eight bits the last is 2⁻⁸, so that rounding what comes out alone makes 1.7 · 10⁻³.
    { precision: 'bfloat16', most: 5e-3 },
  ] as const)('rounds numbers that are no eighths no more than $most in $precision', ({ precision, most }) => {
    const { convolutions, narrowConvolutions } = nativeAbilities();
    if (!(precision === 'float32' ? convolutions : narrowConvolutions)) return;
    const convolution: Convolution = { images: 6, sides: [12, 12], into: 128, out: 128, kernel: 3, stride: 1 };
    const shapes = Object.entries(shapesOf(convolution));
    const inputs = new Map(
      shapes.map(([name, shape], i) => {
        const count = shape.reduce((a, b) => a * b, 1);
        const values = uniformValues(count, i).map((value) => 2 * value - 1);
        // What bfloat16 holds, so that narrowing the inputs loses nothing.
        const held = values.map((value) => Math.round(128 * value) / 128);
        return [name, { shape, values: precision === 'float32' ? values : held }];
      }),
    );
    const program = recorded(convolution);
    const expected = runProgram(program, inputs);
    const changed = directConvolutions(program);
    const given = runProgram(precision === 'float32' ? changed : bfloat16(changed), inputs);
    for (const name of ['y', 'dx']) {
      const [ours, theirs] = [given.get(name)!, expected.get(name)!];
      const squares = (values: (i: number) => number): number =>
        theirs.reduce((sum, _, i) => sum + values(i) ** 2, 0) / theirs.length;
      const error = Math.sqrt(squares((i) => ours[i]! - theirs[i]!) / squares((i) => theirs[i]!));
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(most);
    }
  });

  it.each([
    { why: 'three colours', images: 2, sides: [8, 8], into: 3, out: 16, kernel: 3, stride: 1 },
    { why: 'tiny images', images: 2, sides: [2, 2], into: 32, out: 32, kernel: 3, stride: 1 },
    { why: 'small images of few channels', images: 2, sides: [3, 3], into: 16, out: 16, kernel: 3, stride: 1 },
    { why: 'channels in no power of two', images: 2, sides: [8, 8], into: 48, out: 24, kernel: 3, stride: 1 },
  ] as const)('leaves them to TensorFlow for $why', (convolution) => {
    expect(ops(directConvolutions(recorded(convolution)))).not.toContain(CONVOLUTION);
  });
});
