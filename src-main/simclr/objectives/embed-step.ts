/** Embedding: pixels to h and z by a trained network, statistics untouched. */
import * as tf from '@tensorflow/tfjs-core';
import { encode } from '../encoder/resnet.ts';
import { project } from '../head/projection-head.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';

/**
 * Batch norm uses the running statistics and leaves them as they are, so a row's embedding does not depend on the
 * other rows.
 *
 * The function's input: `pixels` float32 [n, S, S, 3] in [0, 1]. Its outputs: `h` float32 [n, D] and `z` float32
 * [n, projection size]. The caller disposes them.
 */
export function embedStep(
  recipe: Pick<Recipe, 'encoder' | 'head'>,
): (state: TensorMap, inputs: TensorMap) => { readonly h: tf.Tensor2D; readonly z: tf.Tensor2D } {
  return (state, inputs) =>
    tf.tidy(() => {
      const pass = { parameters: state, batchStatistics: null };
      const h = encode(tensorNamed(inputs, 'pixels') as tf.Tensor4D, recipe.encoder, pass);
      return { h, z: project(h, recipe, pass) };
    });
}
