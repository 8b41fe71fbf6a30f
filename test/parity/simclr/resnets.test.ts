/** The encoder against torchvision's, on weights made by formula. Numbers: make_resnets.py. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { encode } from '#simclr/encoder/resnet.ts';
import { encoderParameters } from '#simclr/encoder/resnet-parameters.ts';
import type { EncoderRecipe } from '#simclr/recipe.ts';
import { expectClose } from '#test/support/closeness.ts';
import { formulaPixels, formulaWeights } from '#test/support/formula-weights.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';
import { loadTensorflow } from '#test/support/tensorflow-backend.ts';

interface Case {
  readonly depth: 18 | 50;
  readonly side: number;
  /** Base64 of float32, little-endian. */
  readonly h: string;
}

const numbers = JSON.parse(readFileSync(new URL('resnets.json', import.meta.url), 'utf8')) as { cases: Case[] };

await loadTensorflow();
checkTensorLeaks('tensorflow');

describe('encode', () => {
  it.each(numbers.cases)('[ENC4] gives the h of torchvision’s ResNet-$depth at side $side', ({ depth, side, h }) => {
    const encoder: EncoderRecipe = {
      depth,
      width: 1,
      stem: 'large',
      norm: 'batch',
      init: 'he',
      zeroInitLastGamma: true,
    };
    const bytes = Buffer.from(h, 'base64');
    const expected = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
    const actual = tf.tidy(() => {
      const parameters = tensorsOf(formulaWeights(encoderParameters(encoder)));
      const pixels = tf.tensor4d(formulaPixels(`pixels ${side}`, side * side * 3), [1, side, side, 3]);
      return encode(pixels, encoder, { parameters, batchStatistics: null }).dataSync();
    });
    const largest = Math.max(...expected);
    expect(largest, 'the numbers compared are not all near 0').toBeGreaterThan(0.2);
    const relative = (values: ArrayLike<number>) => Array.from(values, (value) => value / largest);
    expectClose(relative(actual), relative(expected), 1e-4, 'h over its largest');
  });
});
