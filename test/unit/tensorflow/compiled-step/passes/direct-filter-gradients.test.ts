import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { directFilterGradients } from '#tensorflow/compiled-step/passes/direct-filter-gradients.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { FILTER_GRADIENT } from '#tensorflow/direct-convolution.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { expectClose } from '#test/support/closeness.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';

checkNativeTensorLeaks();

interface Convolution {
  readonly images: number;
  readonly side: number;
  readonly into: number;
  readonly out: number;
  /** Of the kernel: 3 when left out. */
  readonly kernel?: 1 | 3;
  readonly stride: 1 | 2;
}

/** Sides of x and dy: at stride 2 x comes padded, as the encoders pad it. */
function shapesOf({ images, side, into, out, stride, kernel = 3 }: Convolution) {
  const inner = stride === 1 || kernel === 1 ? side : side + 2;
  const outer = stride === 1 ? side : Math.ceil(side / 2);
  return { x: [images, inner, inner, into], dy: [images, outer, outer, out] };
}

function recorded(convolution: Convolution): Program {
  const { x, dy } = shapesOf(convolution);
  const { into, out, stride, kernel = 3 } = convolution;
  const attributes = {
    strides: stride,
    pad: stride === 1 ? 'same' : 'valid',
    dataFormat: 'NHWC',
    dimRoundingMode: undefined,
    filterShape: [kernel, kernel, into, out],
  };
  return recordProgram({
    state: new Map(),
    inputs: new Map([
      ['x', { dtype: 'float32', shape: x }],
      ['dy', { dtype: 'float32', shape: dy }],
    ]),
    run: (_state, inputs) => ({
      state: {},
      outputs: {
        kernel: tf
          .engine()
          .runKernel<tf.Tensor>(
            tf.Conv2DBackpropFilter,
            inputs as tf.NamedTensorMap,
            attributes as unknown as tf.NamedAttrMap,
          ),
      },
    }),
  });
}

/** Values that bfloat16 holds exactly, so that narrowing loses nothing: eighths from −1 to 1. */
function eighths(shape: readonly number[], seed: number) {
  const count = shape.reduce((a, b) => a * b);
  return { shape, values: uniformValues(count, seed).map((value) => Math.round(16 * value - 8) / 8) };
}

const ops = ({ nodes }: Program) => nodes.map(({ op }) => op);

describe('directFilterGradients', () => {
  const cases = [
    { images: 5, side: 32, into: 16, out: 16, stride: 1 },
    { images: 7, side: 16, into: 32, out: 64, stride: 1 },
    { images: 13, side: 4, into: 128, out: 128, stride: 1 },
    { images: 21, side: 4, into: 256, out: 512, stride: 1 },
    { images: 9, side: 8, into: 256, out: 144, stride: 1 },
    // By tiles, some of which reach over the edge; and more than are laid out at once.
    { images: 41, side: 7, into: 32, out: 64, stride: 1 },
    { images: 150, side: 6, into: 128, out: 128, stride: 1 },
    { images: 5, side: 10, into: 128, out: 256, stride: 2 },
    { images: 3, side: 38, into: 16, out: 48, stride: 1 },
    { images: 2, side: 97, into: 16, out: 16, stride: 1 },
    { images: 2, side: 50, into: 16, out: 32, stride: 2 },
    { images: 9, side: 7, into: 16, out: 32, stride: 1 },
    { images: 4, side: 3, into: 32, out: 16, stride: 1 },
    { images: 3, side: 1, into: 16, out: 16, stride: 1 },
    { images: 5, side: 32, into: 16, out: 32, stride: 2 },
    { images: 9, side: 8, into: 64, out: 128, stride: 2 },
    { images: 6, side: 7, into: 32, out: 32, stride: 2 },
    { images: 2, side: 3, into: 16, out: 16, stride: 2 },
    { images: 5, side: 32, into: 16, out: 32, kernel: 1, stride: 2 },
    { images: 7, side: 9, into: 32, out: 16, kernel: 1, stride: 2 },
    { images: 4, side: 6, into: 256, out: 64, kernel: 1, stride: 1 },
    { images: 3, side: 5, into: 16, out: 48, kernel: 1, stride: 1 },
    { images: 3, side: 8, into: 256, out: 512, kernel: 1, stride: 1 },
    { images: 40, side: 4, into: 512, out: 128, kernel: 1, stride: 2 },
    // Thirty-two images at once, a few rows or some groups of them, and what is left over.
    { images: 33, side: 21, into: 80, out: 48, stride: 1 },
    { images: 100, side: 9, into: 192, out: 160, stride: 1 },
    { images: 70, side: 17, into: 64, out: 128, stride: 2 },
    { images: 37, side: 13, into: 96, out: 112, kernel: 1, stride: 1 },
    { images: 32, side: 6, into: 1024, out: 256, kernel: 1, stride: 1 },
  ] as const;
  it.each(cases)(
    'gives TensorFlow’s gradient for $images images of side $side, $into → $out channels, kernel $kernel, stride $stride',
    (convolution: Convolution) => {
      const { x, dy } = shapesOf(convolution);
      const inputs = new Map([
        ['x', eighths(x, 1)],
        ['dy', eighths(dy, 2)],
      ]);
      const program = recorded(convolution);
      const expected = runProgram(program, inputs).get('kernel')!;
      expect(expected.some((value) => Math.abs(value) > 0.5)).toBe(true);
      const changed = directFilterGradients(program);
      expect(ops(changed)).toContain(FILTER_GRADIENT);
      const { convolutions, narrowConvolutions } = nativeAbilities();
      if (convolutions) expectClose(runProgram(changed, inputs).get('kernel')!, expected, 1e-6);
      if (narrowConvolutions) expectClose(runProgram(bfloat16(changed), inputs).get('kernel')!, expected, 1e-5);
    },
  );

  it.each(['float32', 'bfloat16'] as const)('gives the same bytes every time in %s', (precision) => {
    const { convolutions, narrowConvolutions } = nativeAbilities();
    if (!(precision === 'float32' ? convolutions : narrowConvolutions)) return;
    const convolution: Convolution = { images: 33, side: 8, into: 32, out: 32, stride: 1 };
    const { x, dy } = shapesOf(convolution);
    const noise = (shape: readonly number[], seed: number) => ({
      shape,
      values: uniformValues(
        shape.reduce((a, b) => a * b),
        seed,
      ),
    });
    const inputs = new Map([
      ['x', noise(x, 1)],
      ['dy', noise(dy, 2)],
    ]);
    const changed = directFilterGradients(recorded(convolution));
    const program = precision === 'float32' ? changed : bfloat16(changed);
    const first = runProgram(program, inputs).get('kernel')!;
    for (let i = 0; i < 5; i++) expect(runProgram(program, inputs).get('kernel')).toEqual(first);
  });

  it.each([{ why: 'three colours', images: 2, side: 8, into: 3, out: 16, stride: 1 }] as const)(
    'leaves the gradient to TensorFlow for $why',
    (convolution) => {
      expect(ops(directFilterGradients(recorded(convolution)))).not.toContain(FILTER_GRADIENT);
    },
  );
});
