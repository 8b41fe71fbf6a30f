/** The encoder's forward pass: pixels to h. */
import * as tf from '@tensorflow/tfjs-core';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { groupNorm } from '../ops/group-norm.ts';
import { relu } from '../ops/relu.ts';
import type { EncoderRecipe } from '../recipe.ts';
import { tensorNamed } from '../tensor-map.ts';
import { convolve, poolRectified } from './convolution.ts';
import { batchNormLayer, type ForwardPass } from './norm.ts';
import { resnetPlan, type BlockPlan, type ConvolutionPlan } from './resnet-plan.ts';

/**
 * @param pixels float32 [n, S, S, 3] in [0, 1].
 * @returns h, float32 [n, D]: the global average pool of the last block.
 */
export function encode(pixels: tf.Tensor4D, encoder: EncoderRecipe, pass: ForwardPass): tf.Tensor2D {
  const { stem, blocks } = resnetPlan(encoder);
  const kernel = tensorNamed(pass.parameters, `${stem.path}/conv/kernel`) as tf.Tensor4D;
  let x = convolve(pixels, kernel, stem.stride);
  x = relu(normalise(x, `${stem.path}/bn`, encoder, pass));
  if (stem.isPooled) x = poolRectified(x);
  for (const block of blocks) x = residualBlock(x, block, encoder, pass);
  return globalAveragePool(x);
}

function residualBlock(x: tf.Tensor4D, block: BlockPlan, encoder: EncoderRecipe, pass: ForwardPass): tf.Tensor4D {
  const last = block.convolutions.length - 1;
  let branch = x;
  block.convolutions.forEach((plan, i) => {
    branch = convolveAndNormalise(branch, plan, encoder, pass);
    if (i < last) branch = relu(branch);
  });
  const shortcut = block.shortcut === null ? x : convolveAndNormalise(x, block.shortcut, encoder, pass);
  return relu(tf.add(branch, shortcut));
}

function convolveAndNormalise(
  x: tf.Tensor4D,
  plan: ConvolutionPlan,
  encoder: EncoderRecipe,
  pass: ForwardPass,
): tf.Tensor4D {
  const kernel = tensorNamed(pass.parameters, `${plan.convolution}/kernel`) as tf.Tensor4D;
  return normalise(convolve(x, kernel, plan.stride), plan.norm, encoder, pass);
}

function normalise(x: tf.Tensor4D, path: string, { norm }: EncoderRecipe, pass: ForwardPass): tf.Tensor4D {
  if (norm === 'batch') return batchNormLayer(x, path, pass);
  const gamma = tensorNamed(pass.parameters, `${path}/gamma`) as tf.Tensor1D;
  const beta = tensorNamed(pass.parameters, `${path}/beta`) as tf.Tensor1D;
  return groupNorm(x, gamma, beta);
}
