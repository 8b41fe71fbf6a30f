import { describe, expect, it } from 'vitest';
import { autoCandidates, autoRecipe } from '#simclr/auto-recipe.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const base = smallRecipe({ side: 32, batchSize: 256 });
/** Twenty epochs of 1,000 images in ten minutes take this many views a second. */
const NEEDED = (20 * 2 * 1000) / 600;

async function choose(medianShortSide: number, speedOf: (recipe: Recipe) => number): Promise<string> {
  const { side, encoder } = await autoRecipe({
    base,
    medianShortSide,
    imageCount: 1000,
    minutes: 10,
    viewsPerSecondOf: speedOf,
  });
  return `${side} × ${encoder.width}`;
}

describe('autoRecipe', () => {
  it('[AUTO1] takes the largest side not above the median, and the widest encoder that makes twenty epochs', async () => {
    expect(await choose(500, () => NEEDED)).toBe('224 × 1');
    expect(await choose(127, () => NEEDED)).toBe('96 × 1');
    expect(await choose(128, ({ encoder }) => (encoder.width <= 0.5 ? NEEDED : NEEDED - 1))).toBe('128 × 0.5');
  });

  it('[AUTO2] goes down in side when no width fits, and ends at × ¼ at 32 pixels', async () => {
    expect(await choose(224, ({ side, encoder }) => (side <= 64 && encoder.width < 1 ? NEEDED : 1))).toBe('64 × 0.5');
    expect(await choose(224, () => 0.001)).toBe('32 × 0.25');
    expect(await choose(8, () => 0.001)).toBe('32 × 0.25');
  });

  it('[AUTO3] fits stem, jitter, blur and temperature to the side', () => {
    const candidates = autoCandidates(base, 224);
    for (const [side, stem, hue, blur, temperature] of [
      [32, 'small', 0.1, 0, 0.5],
      [64, 'small', 0.1, 0, 0.5],
      [96, 'large', 0.2, 0.5, 0.5],
      [128, 'large', 0.2, 0.5, 0.2],
      [224, 'large', 0.2, 0.5, 0.2],
    ] as const) {
      const { encoder, views, loss } = candidates.find((recipe) => recipe.side === side)!;
      expect([encoder.stem, views.jitter.hue, views.blur.probability, loss.temperature], `${side}`).toEqual([
        stem,
        hue,
        blur,
        temperature,
      ]);
      expect(views.jitter.brightness).toBeCloseTo(4 * hue, 12);
    }
  });

  it('[AUTO4] measures no more recipes than it must', async () => {
    const asked: string[] = [];
    await choose(224, ({ side, encoder }) => {
      asked.push(`${side} × ${encoder.width}`);
      return encoder.width === 0.25 ? NEEDED : 1;
    });
    expect(asked).toEqual(['224 × 1', '224 × 0.5', '224 × 0.25']);
  });
});
