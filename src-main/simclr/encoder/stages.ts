/**
 * The network cut at its batch norms, as data: a row of stages, each one tensor made of earlier ones.
 *
 * A stage that has a norm is what comes *before* that norm; whoever reads it normalises it first. So the statistics of
 * a whole batch are known before they are needed, when the batch is computed stage by stage.
 *
 * ST1  A stage's inputs stand before it; `pixels` is what is fed. Each stage with a norm is read by one other stage.
 * ST2  Every stage can be made again from kept ones that stand before it, without pixels but for the first.
 */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, matMul } from '@tensorflow/tfjs-core';
import { headPlan, type DensePlan } from '../head/head-plan.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { relu } from '../ops/relu.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { convolve, poolRectified } from './convolution.ts';
import { encode } from './resnet.ts';
import { resnetPlan, type BlockPlan, type ConvolutionPlan } from './resnet-plan.ts';

export const PIXELS = 'pixels';

export interface Stage {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Of one view. */
  readonly shape: readonly number[];
  /** Path of the batch norm that whoever reads this stage applies; null: none. */
  readonly norm: string | null;
  /** Kept from the way forward for the way back; the others are made again. */
  readonly isKept: boolean;
  /** Trained parameters used, those of the inputs' norms left out. */
  readonly weights: readonly string[];
  /** @param inputs normalised where they have a norm. */
  readonly compute: (inputs: readonly Tensor[], parameters: TensorMap) => Tensor;
}

type Size = readonly [height: number, width: number, channels: number];

/** The last stage is z, of rank 2. */
export function networkStages(recipe: Recipe): readonly Stage[] {
  const encoder = recipe.encoder.norm === 'batch' ? encoderStages(recipe) : [wholeEncoder(recipe)];
  return [...encoder, ...headStages(recipe)];
}

/** Group norm looks at one image alone: nothing to cut at. */
function wholeEncoder(recipe: Recipe): Stage {
  const { encoder } = recipe;
  const { stem, blocks, outputSize } = resnetPlan(encoder);
  const plans = blocks.flatMap(({ convolutions, shortcut }) => [
    ...convolutions,
    ...(shortcut === null ? [] : [shortcut]),
  ]);
  const convolutions = [...plans.map(({ convolution }) => convolution), `${stem.path}/conv`];
  const norms = [...plans.map(({ norm }) => norm), `${stem.path}/bn`];
  return {
    name: 'h',
    inputs: [PIXELS],
    shape: [outputSize],
    norm: null,
    isKept: true,
    weights: [
      ...convolutions.map((path) => `${path}/kernel`),
      ...norms.flatMap((path) => [`${path}/gamma`, `${path}/beta`]),
    ],
    compute: ([pixels], parameters) => encode(pixels as Tensor4D, encoder, { parameters, batchStatistics: null }),
  };
}

function encoderStages({ encoder, side }: Recipe): readonly Stage[] {
  const { stem, blocks, outputSize } = resnetPlan(encoder);
  const stemSide = Math.ceil(side / stem.stride);
  const kernel = `${stem.path}/conv/kernel`;
  const stages: Stage[] = [
    {
      name: 'stem',
      inputs: [PIXELS],
      shape: [stemSide, stemSide, stem.channels],
      norm: `${stem.path}/bn`,
      isKept: true,
      weights: [kernel],
      compute: ([x], parameters) => convolve(x as Tensor4D, tensorNamed(parameters, kernel) as Tensor4D, stem.stride),
    },
  ];
  const outSide = stem.isPooled ? Math.ceil(stemSide / 2) : stemSide;
  const rectified = (x: Tensor): Tensor4D => (stem.isPooled ? poolRectified(relu(x as Tensor4D)) : relu(x as Tensor4D));
  stages.push(plainStage('stem/out', ['stem'], [outSide, outSide, stem.channels], false, ([x]) => rectified(x!)));
  let size: Size = [outSide, outSide, stem.channels];
  for (const block of blocks) {
    const made = blockStages(block, stages.at(-1)!.name, size);
    stages.push(...made);
    size = made.at(-1)!.shape as unknown as Size;
  }
  const last = stages.at(-1)!.name;
  return [...stages, plainStage('h', [last], [outputSize], true, ([x]) => globalAveragePool(x as Tensor4D))];
}

function plainStage(
  name: string,
  inputs: readonly string[],
  shape: readonly number[],
  isKept: boolean,
  compute: Stage['compute'],
): Stage {
  return { name, inputs, shape, norm: null, isKept, weights: [], compute };
}

function blockStages(block: BlockPlan, input: string, size: Size): readonly Stage[] {
  const name = block.path.replace('encoder/', '');
  const stages: Stage[] = [];
  let from = input;
  let here = size;
  block.convolutions.forEach((plan, i) => {
    const stage = convolutionStage(`${name}/conv${i + 1}`, from, plan, here, i > 0);
    stages.push(stage);
    [from, here] = [stage.name, stage.shape as unknown as Size];
  });
  const shortcut =
    block.shortcut === null ? null : convolutionStage(`${name}/shortcut`, input, block.shortcut, size, false);
  if (shortcut !== null) stages.push(shortcut);
  const sum: Stage['compute'] = ([branch, other]) => relu(add(branch!, other!));
  return [...stages, plainStage(`${name}/out`, [from, shortcut?.name ?? input], here, true, sum)];
}

/** @param isRectified whether the (normalised) input goes through a ReLU first. */
function convolutionStage(
  name: string,
  input: string,
  plan: ConvolutionPlan,
  [height, width]: Size,
  isRectified: boolean,
): Stage {
  const kernel = `${plan.convolution}/kernel`;
  return {
    name,
    inputs: [input],
    shape: [Math.ceil(height / plan.stride), Math.ceil(width / plan.stride), plan.outputs],
    norm: plan.norm,
    isKept: false,
    weights: [kernel],
    compute: ([x], parameters) => {
      const image = (isRectified ? relu(x!) : x) as Tensor4D;
      return convolve(image, tensorNamed(parameters, kernel) as Tensor4D, plan.stride);
    },
  };
}

function headStages(recipe: Recipe): readonly Stage[] {
  const layers = headPlan(recipe);
  const stages = layers.map((layer, i) => denseStage(layer, i, layers[i - 1]?.hasRelu ?? false));
  const last = layers.at(-1);
  if (last === undefined || last.norm === 'none') return stages;
  return [...stages, plainStage('z', [stages.at(-1)!.name], [last.outputs], false, ([x]) => add(x!, 0))];
}

function denseStage(layer: DensePlan, index: number, isRectified: boolean): Stage {
  const kernel = `${layer.path}/kernel`;
  const bias = layer.hasBias ? `${layer.path}/bias` : null;
  return {
    name: `dense${index}`,
    inputs: [index === 0 ? 'h' : `dense${index - 1}`],
    shape: [layer.outputs],
    norm: layer.norm === 'none' ? null : `${layer.path}/bn`,
    isKept: false,
    weights: bias === null ? [kernel] : [kernel, bias],
    compute: ([x], parameters) => {
      const y = matMul((isRectified ? relu(x!) : x) as Tensor2D, tensorNamed(parameters, kernel) as Tensor2D);
      return bias === null ? y : add(y, tensorNamed(parameters, bias));
    },
  };
}
