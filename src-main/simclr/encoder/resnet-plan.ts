/**
 * The layout of a ResNet as data. Parameters and forward pass both walk this plan, so they cannot disagree.
 *
 * Version 1.5 (stride in the 3×3 of a bottleneck), after He et al., "Deep Residual Learning for Image Recognition",
 * with torchvision's layout of strides and shortcuts.
 */
import type { EncoderRecipe } from '../recipe.ts';

export interface ResNetPlan {
  readonly stem: StemPlan;
  readonly blocks: readonly BlockPlan[];
  /** D, the width of h. */
  readonly outputSize: number;
}

export interface StemPlan {
  readonly path: string;
  readonly kernel: 3 | 7;
  readonly stride: 1 | 2;
  readonly channels: number;
  /** 3×3 max-pooling at stride 2 after the stem's ReLU. */
  readonly isPooled: boolean;
}

export interface BlockPlan {
  readonly path: string;
  /** Convolutions of the residual branch, each followed by a normalisation; all but the last also by ReLU. */
  readonly convolutions: readonly ConvolutionPlan[];
  /** The 1×1 convolution of the shortcut; null where input and output have the same shape. */
  readonly shortcut: ConvolutionPlan | null;
}

export interface ConvolutionPlan {
  /** Path of the convolution's kernel is `<block>/conv<n>/kernel`, of its normalisation `<block>/bn<n>/…`. */
  readonly convolution: string;
  readonly norm: string;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
  readonly inputs: number;
  readonly outputs: number;
}

const BLOCKS_PER_GROUP = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const satisfies Record<EncoderRecipe['depth'], readonly number[]>;

const GROUP_CHANNELS = [64, 128, 256, 512] as const;
const BOTTLENECK_EXPANSION = 4;

export function resnetPlan(encoder: Pick<EncoderRecipe, 'depth' | 'width' | 'stem'>): ResNetPlan {
  const scaled = (channels: number): number => Math.max(1, Math.round(channels * encoder.width));
  const isBottleneck = encoder.depth >= 50;
  const stem = stemPlan(encoder.stem, scaled(GROUP_CHANNELS[0]));
  const blocks: BlockPlan[] = [];
  let inputs = stem.channels;
  GROUP_CHANNELS.forEach((groupChannels, group) => {
    const channels = scaled(groupChannels);
    for (let block = 0; block < BLOCKS_PER_GROUP[encoder.depth][group]!; block++) {
      const path = `encoder/group${group + 1}/block${block}`;
      const stride = group > 0 && block === 0 ? 2 : 1;
      const plan = isBottleneck
        ? bottleneckBlock(path, inputs, channels, stride)
        : basicBlock(path, inputs, channels, stride);
      blocks.push(plan);
      inputs = plan.convolutions.at(-1)!.outputs;
    }
  });
  return { stem, blocks, outputSize: inputs };
}

function stemPlan(stem: EncoderRecipe['stem'], channels: number): StemPlan {
  return stem === 'small'
    ? { path: 'encoder/stem', kernel: 3, stride: 1, channels, isPooled: false }
    : { path: 'encoder/stem', kernel: 7, stride: 2, channels, isPooled: true };
}

function basicBlock(path: string, inputs: number, channels: number, stride: 1 | 2): BlockPlan {
  return {
    path,
    convolutions: [
      convolution(path, '1', 3, stride, inputs, channels),
      convolution(path, '2', 3, 1, channels, channels),
    ],
    shortcut: shortcut(path, stride, inputs, channels),
  };
}

function bottleneckBlock(path: string, inputs: number, channels: number, stride: 1 | 2): BlockPlan {
  const outputs = channels * BOTTLENECK_EXPANSION;
  return {
    path,
    convolutions: [
      convolution(path, '1', 1, 1, inputs, channels),
      convolution(path, '2', 3, stride, channels, channels),
      convolution(path, '3', 1, 1, channels, outputs),
    ],
    shortcut: shortcut(path, stride, inputs, outputs),
  };
}

function shortcut(path: string, stride: 1 | 2, inputs: number, outputs: number): ConvolutionPlan | null {
  if (stride === 1 && inputs === outputs) return null;
  return convolution(path, 'Shortcut', 1, stride, inputs, outputs);
}

function convolution(
  path: string,
  label: string,
  kernel: 1 | 3,
  stride: 1 | 2,
  inputs: number,
  outputs: number,
): ConvolutionPlan {
  return { convolution: `${path}/conv${label}`, norm: `${path}/bn${label}`, kernel, stride, inputs, outputs };
}
