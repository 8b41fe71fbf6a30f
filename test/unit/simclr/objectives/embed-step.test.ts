import { describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { embedStep } from '#simclr/objectives/embed-step.ts';
import { parameterSpecs } from '#simclr/parameters.ts';
import type { TensorMap } from '#simclr/tensor-map.ts';
import { expectClose } from '#test/support/closeness.ts';
import { formulaPixels, formulaWeights } from '#test/support/formula-weights.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { tensorsOf } from '#test/support/state-tensors.ts';
import { valuesOf } from '#test/support/step-tensors.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

const recipe = smallRecipe();
const pixels = formulaPixels('embedded', 3 * 8 * 8 * 3);

function embed(state: TensorMap, rows: Float32Array, change = recipe): { h: Float32Array; z: Float32Array } {
  return tf.tidy(() => {
    const input = tf.tensor4d(rows, [rows.length / (8 * 8 * 3), 8, 8, 3]);
    const { h, z } = embedStep(change)(state, { pixels: input });
    return { h: h.dataSync() as Float32Array, z: z.dataSync() as Float32Array };
  });
}

describe('embedStep', () => {
  it('[ENC6] embeds an image the same whatever stands beside it, and two images differently', () => {
    const state = tensorsOf(formulaWeights(parameterSpecs(recipe)));
    const together = embed(state, pixels);
    const alone = embed(state, pixels.slice(8 * 8 * 3, 2 * 8 * 8 * 3));
    expectClose(alone.h, together.h.slice(32, 64), 1e-5, 'h');
    expectClose(alone.z, together.z.slice(128, 256), 1e-5, 'z');
    const apart = together.h.slice(0, 32).map((value, i) => Math.abs(value - together.h[32 + i]!));
    expect(Math.max(...apart)).toBeGreaterThan(1e-3);
    tf.dispose(state);
  });

  it('[BN4] goes by the running statistics and leaves them as they were', () => {
    const state = tensorsOf(formulaWeights(parameterSpecs(recipe)));
    const before = valuesOf(state);
    const first = embed(state, pixels);
    expect(valuesOf(state)).toEqual(before);
    const moved = tf.tidy(() => tf.add(state['encoder/stem/bn/movingMean']!, 0.3));
    const second = embed({ ...state, 'encoder/stem/bn/movingMean': moved }, pixels);
    expect(second.h).not.toEqual(first.h);
    tf.dispose([state, moved]);
  });

  it('[HEAD1] gives h as z when there is no head', () => {
    const none = smallRecipe({ head: { kind: 'none' } });
    const state = tensorsOf(formulaWeights(parameterSpecs(none)));
    const { h, z } = embed(state, pixels, none);
    expect(z).toEqual(h);
    tf.dispose(state);
  });
});
