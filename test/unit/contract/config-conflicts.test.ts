import { describe, expect, it } from 'vitest';
import { trainingConfigSchema, type TrainingConfigInput } from '#contract/training-config.ts';

function complaints(config: TrainingConfigInput): string[] {
  const parsed = trainingConfigSchema.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('trainingConfigSchema', () => {
  it('refuses a large stem at 32 pixels and below, and takes it above', () => {
    expect(complaints({ side: 32, encoder: { stem: 'large' } })).toEqual([
      'encoder.stem: it must be "small" at 32 pixels and below (side is 32): a large stem would leave a single position of the image',
    ]);
    expect(complaints({ side: 33, encoder: { stem: 'large' } })).toEqual([]);
    expect(complaints({ side: 32 })).toEqual([]);
  });

  it('refuses ranges whose lower end is above the upper, in either branch', () => {
    const views = { crop: { areaMin: 0.9, areaMax: 0.5 } };
    expect(complaints({ views })).toEqual([
      'views.crop.areaMin: it must be at most views.crop.areaMax, 0.5; it is 0.9',
    ]);
    const blurred = { blur: { sigmaMin: 3 } };
    expect(complaints({ secondViews: blurred })).toEqual([
      'secondViews.blur.sigmaMin: it must be at most secondViews.blur.sigmaMax, 2; it is 3',
    ]);
  });

  it('refuses Nesterov momentum without momentum', () => {
    expect(complaints({ optimizer: { nesterov: true, momentum: 0 } })).toHaveLength(1);
    expect(complaints({ optimizer: { nesterov: true, momentum: 0.9 } })).toEqual([]);
  });

  it('wants whole chunks, two or more', () => {
    expect(complaints({ batchSize: 4096, chunk: { images: 256 } })).toEqual([]);
    expect(complaints({ batchSize: 4096, chunk: { images: 256, batchNorm: 'global' } })).toEqual([]);
    expect(complaints({ chunk: { batchNorm: 'global' } })).toEqual([
      'chunk.batchNorm: it is for a batch in chunks (chunk.images is null): computed whole, a batch has its statistics over all of it',
    ]);
    expect(complaints({ batchSize: 1000, chunk: { images: 256 } })).toEqual([
      "chunk.images: batchSize, 1000, must be a multiple of it; 1000 images don't make whole chunks of 256",
    ]);
    expect(complaints({ batchSize: 256, chunk: { images: 256 } })).toEqual([
      'chunk.images: it must be at most half of batchSize, 128 (it is 256), or null to compute the batch whole',
    ]);
  });
});
