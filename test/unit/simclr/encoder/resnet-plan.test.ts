import { describe, expect, it } from 'vitest';
import { encoderParameters, embeddingSize } from '#simclr/encoder/resnet-parameters.ts';
import { resnetPlan } from '#simclr/encoder/resnet-plan.ts';
import { isTrainable } from '#simclr/parameter-spec.ts';
import type { EncoderRecipe } from '#simclr/recipe.ts';

const full: EncoderRecipe = {
  depth: 18,
  width: 1,
  stem: 'large',
  norm: 'batch',
  init: 'he',
  zeroInitLastGamma: true,
};

function trainableCount(encoder: EncoderRecipe): number {
  const sizes = encoderParameters(encoder)
    .filter(isTrainable)
    .map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return sizes.reduce((a, b) => a + b);
}

describe('encoderParameters', () => {
  it('[ENC1] has as many weights as torchvision’s networks without their classifier', () => {
    // torchvision 0.30: the sum of parameters() less fc, which has 1000·(D + 1).
    const published = { 18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808 };
    for (const depth of [18, 34, 50, 101, 152] as const) {
      const encoder = { ...full, depth };
      expect(trainableCount(encoder), `ResNet-${depth}`).toBe(published[depth] - 1000 * (embeddingSize(encoder) + 1));
    }
  });

  it('[ENC2] multiplies stem and groups by the width, rounded, and h with them', () => {
    for (const [width, stem, h] of [
      [0.25, 16, 512],
      [0.5, 32, 1024],
      [2, 128, 4096],
      [4, 256, 8192],
      [0.3, 19, 616],
    ] as const) {
      const plan = resnetPlan({ depth: 50, width, stem: 'small' });
      expect(plan.stem.channels, `width ${width}`).toBe(stem);
      expect(plan.outputSize, `width ${width}`).toBe(h);
    }
  });

  it('[BN3] starts γ of the last norm of each block at 0, of every other at 1, and all at 1 when told so', () => {
    for (const [depth, last] of [
      [18, 'bn2'],
      [50, 'bn3'],
    ] as const) {
      const gammas = (zeroInitLastGamma: boolean) =>
        encoderParameters({ ...full, depth, zeroInitLastGamma }).filter(({ kind }) => kind === 'gamma');
      const zeros = gammas(true).filter(({ start }) => start.kind === 'constant' && start.value === 0);
      expect(zeros.map(({ name }) => name)).toEqual(
        resnetPlan({ ...full, depth }).blocks.map(({ path }) => `${path}/${last}/gamma`),
      );
      expect(gammas(false).every(({ start }) => start.kind === 'constant' && start.value === 1)).toBe(true);
    }
  });

  it('[ENC1] strides in the 3×3 of a bottleneck (v1.5), never in its 1×1', () => {
    const strided = resnetPlan({ ...full, depth: 50 }).blocks.flatMap(({ convolutions }) =>
      convolutions.filter(({ stride }) => stride === 2),
    );
    expect(strided.map(({ kernel, convolution }) => `${convolution} ${kernel}`)).toEqual([
      'encoder/group2/block0/conv2 3',
      'encoder/group3/block0/conv2 3',
      'encoder/group4/block0/conv2 3',
    ]);
  });

  it('[GN3] has no running statistics with group norm', () => {
    expect(encoderParameters({ ...full, norm: 'group' }).filter((spec) => !isTrainable(spec))).toEqual([]);
    expect(trainableCount({ ...full, norm: 'group' })).toBe(trainableCount(full));
  });
});
