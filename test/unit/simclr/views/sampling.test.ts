import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { RandomStream } from '#base/random.ts';
import { drawCropBox, torchvisionCropBox } from '#simclr/views/crop-box.ts';
import { canvasSide } from '#simclr/views/canvas.ts';
import { evaluationBox } from '#simclr/views/evaluation-views.ts';
import { tensorflowCropBox } from '#simclr/views/tensorflow-crop-box.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { torchvisionNumbers } from '../../../parity/views/torchvision-numbers.ts';

const DRAWS = 20_000;
/** Four standard deviations of a share of 20,000 draws, at worst. */
const SHARE_TOLERANCE = 0.0145;

const sizes = fc.record({ width: fc.integer({ min: 1, max: 500 }), height: fc.integer({ min: 1, max: 500 }) });
const seeds = fc.nat({ max: 2 ** 31 });
const crops = fc
  .record({
    probability: fc.constantFrom(0, 0.5, 1),
    areas: fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })),
    aspectMin: fc.double({ min: 0.1, max: 1, noNaN: true }),
    aspectMax: fc.double({ min: 1, max: 10, noNaN: true }),
    sampling: fc.constantFrom('torchvision' as const, 'tensorflow' as const),
  })
  .map(({ areas, ...rest }) => ({ ...rest, areaMin: Math.min(...areas), areaMax: Math.max(...areas) }));

describe('crop boxes', () => {
  it('[V3] lie inside the image and are never empty', () => {
    fc.assert(
      fc.property(sizes, crops, seeds, (size, crop, seed) => {
        const { top, left, height, width } = drawCropBox(new RandomStream(seed, 'box'), size, crop);
        const whole = [top, left, height, width].every(Number.isInteger);
        const inside = top >= 0 && left >= 0 && top + height <= size.height && left + width <= size.width;
        return whole && inside && height >= 1 && width >= 1;
      }),
      { seed: 3, numRuns: 3000 },
    );
  });

  it('[V4] fit the canvas, whatever the shape of the image', () => {
    fc.assert(
      fc.property(sizes, crops, seeds, (size, crop, seed) => {
        const { height, width } = drawCropBox(new RandomStream(seed, 'box'), size, crop);
        const { views } = smallRecipe();
        const side = canvasSide(
          { views: { ...views, crop }, secondViews: null },
          Math.min(size.width, size.height),
          Math.max(size.width, size.height),
        );
        return height <= side && width <= side;
      }),
      { seed: 4, numRuns: 3000 },
    );
  });

  it('[V4] the canvas is ⌈4/3 · cacheSide⌉ + 1 at most, and no larger than the largest image', () => {
    const run = smallRecipe();
    for (let cacheSide = 8; cacheSide < 400; cacheSide++) {
      expect(canvasSide(run, cacheSide, 10_000)).toBeLessThanOrEqual(Math.ceil((4 / 3) * cacheSide) + 1);
    }
    expect(canvasSide(run, 40, 32)).toBe(32);
    expect(canvasSide(run, 120, 10_000)).toBe(161);
  });

  it('[V3] take the centred square when there is no random crop', () => {
    const crop = { ...smallRecipe().views.crop, probability: 0 };
    const box = drawCropBox(new RandomStream(1, 'box'), { width: 50, height: 31 }, crop);
    expect(box).toEqual({ top: 0, left: 9, height: 31, width: 31 });
  });
});

describe('[V3] the distribution of boxes equals torchvision’s', () => {
  for (const { imageHeight, imageWidth, areaMin, areaMax, shares } of torchvisionNumbers.sampling) {
    it(`for ${imageWidth}×${imageHeight}, area from ${areaMin}`, () => {
      const crop = { ...smallRecipe().views.crop, areaMin, areaMax };
      const stream = new RandomStream(5, 'boxes');
      const boxes = Array.from({ length: DRAWS }, () =>
        torchvisionCropBox(stream, { width: imageWidth, height: imageHeight }, crop),
      );
      const measures: Record<string, number[]> = {
        height: boxes.map(({ height }) => height),
        width: boxes.map(({ width }) => width),
        top: boxes.map(({ top }) => top),
        left: boxes.map(({ left }) => left),
        area: boxes.map(({ height, width }) => height * width),
        aspect: boxes.map(({ height, width }) => width / height),
      };
      for (const [name, limits] of Object.entries(shares)) {
        for (const [limit, share] of limits) {
          const ours = measures[name]!.filter((value) => value <= limit).length / DRAWS;
          expect(Math.abs(ours - share), `${name} ≤ ${limit}: ${ours} for ${share}`).toBeLessThan(SHARE_TOLERANCE);
        }
      }
    });
  }

  it('falls back to the largest centred box at the bound for an image that is too long', () => {
    const crop = { ...smallRecipe().views.crop, areaMin: 1, areaMax: 1 };
    const boxOf = (width: number, height: number) =>
      torchvisionCropBox(new RandomStream(1, ''), { width, height }, crop);
    expect(boxOf(300, 30)).toEqual({ top: 0, left: 130, height: 30, width: 40 });
    expect(boxOf(30, 301)).toEqual({ top: 130, left: 0, height: 40, width: 30 });
  });
});

describe('[V3] the sampling of the reference', () => {
  it('never takes less than a tenth of the image', () => {
    const { crop } = smallRecipe().views;
    const stream = new RandomStream(2, 'boxes');
    for (let i = 0; i < 5000; i++) {
      const { height, width } = tensorflowCropBox(stream, { width: 61, height: 47 }, crop);
      expect(height * width).toBeGreaterThanOrEqual(0.1 * 61 * 47);
    }
  });
});

describe('[V14] the evaluation box', () => {
  it('is the whole central square up to 32 px, the central 0.875 of the short side above', () => {
    expect(evaluationBox({ width: 60, height: 40 }, 32)).toEqual({ top: 0, left: 10, height: 40, width: 40 });
    expect(evaluationBox({ width: 60, height: 40 }, 33)).toEqual({ top: 2, left: 12, height: 35, width: 35 });
    expect(evaluationBox({ width: 1, height: 1 }, 96)).toEqual({ top: 0, left: 0, height: 1, width: 1 });
  });
});
