/** The head's forward pass: h to z. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormLayer, type ForwardPass } from '../encoder/norm.ts';
import { relu } from '../ops/relu.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed } from '../tensor-map.ts';
import { headPlan, type DensePlan } from './head-plan.ts';

/**
 * @param h float32 [n, D].
 * @returns z, float32 [n, projection size]; h itself when the head's kind is `none`.
 */
export function project(h: tf.Tensor2D, recipe: Pick<Recipe, 'encoder' | 'head'>, pass: ForwardPass): tf.Tensor2D {
  return headPlan(recipe).reduce((x, layer) => denseLayer(x, layer, pass), h);
}

function denseLayer(x: tf.Tensor2D, layer: DensePlan, pass: ForwardPass): tf.Tensor2D {
  let y: tf.Tensor2D = tf.matMul(x, tensorNamed(pass.parameters, `${layer.path}/kernel`) as tf.Tensor2D);
  if (layer.hasBias) y = tf.add(y, tensorNamed(pass.parameters, `${layer.path}/bias`) as tf.Tensor1D);
  if (layer.norm !== 'none') y = normaliseRows(y, `${layer.path}/bn`, pass);
  return layer.hasRelu ? relu(y) : y;
}

/** Batch norm takes rank 4 alone. */
function normaliseRows(x: tf.Tensor2D, path: string, pass: ForwardPass): tf.Tensor2D {
  const [rows, channels] = x.shape;
  const y = batchNormLayer(tf.reshape(x, [rows, 1, 1, channels]), path, pass);
  return tf.reshape(y, [rows, channels]);
}
