import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealChunks, viewsOfChunks } from '#simclr/views/deal-chunks.ts';
import { drawingInputs } from '#simclr/views/drawing-inputs.ts';
import { pickViews } from '#simclr/views/pick-views.ts';
import { boxOf, viewParameters } from '#simclr/views/view-parameters.ts';
import { viewPlan } from '#simclr/views/view-plan.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const recipe = smallRecipe();
const plan = viewPlan(recipe);
const sizes = (images: number) => Array.from({ length: images }, () => ({ width: 12, height: 9 }));

function dealt(images: number, chunks: number, seed = 1, step = 0) {
  const parameters = viewParameters(recipe, seed, step, sizes(images));
  return { parameters, chunkOf: dealChunks(plan, parameters, chunks, seed, step) };
}

describe('dealChunks', () => {
  it('[CHUNK2] never puts the two views of an image into one chunk, and fills all chunks alike', () => {
    const shapes = fc.record({
      chunks: fc.integer({ min: 2, max: 9 }),
      images: fc.integer({ min: 1, max: 20 }),
      seed: fc.nat(),
      step: fc.nat(1000),
    });
    fc.assert(
      fc.property(shapes, ({ chunks, images, seed, step }) => {
        const { chunkOf } = dealt(chunks * images, chunks, seed, step);
        for (let i = 0; i < chunks * images; i++) expect(chunkOf[i]).not.toBe(chunkOf[i + chunks * images]);
        for (const views of viewsOfChunks(chunkOf, chunks)) expect(views).toHaveLength(2 * images);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('deals 8,192 images to 2 and to 32 chunks, each with room for its drawing', () => {
    for (const chunks of [2, 32]) {
      const { parameters, chunkOf } = dealt(8192, chunks);
      for (const views of viewsOfChunks(chunkOf, chunks)) {
        expect(() => drawingInputs(plan, pickViews(parameters, views))).not.toThrow();
        expect(new Set(Array.from(views, (view) => view % 8192)).size).toBe(views.length);
      }
    }
  });

  it('[CHUNK2] deals anew at every step, so that images don’t stay together', () => {
    const [first, second] = [dealt(64, 4, 1, 0), dealt(64, 4, 1, 1)];
    const moved = first.chunkOf.filter((chunk, view) => chunk !== second.chunkOf[view]).length;
    expect(moved).toBeGreaterThan(64);
    expect(dealt(64, 4, 1, 1).chunkOf).toEqual(second.chunkOf);
  });

  it('brings any two images together about as often as chance would', () => {
    const [steps, images, chunks] = [400, 16, 4];
    const together = new Float64Array(images);
    for (let step = 0; step < steps; step++) {
      const { chunkOf } = dealt(images, chunks, 3, step);
      for (let other = 1; other < images; other++) together[other]! += chunkOf[0] === chunkOf[other + images] ? 1 : 0;
    }
    // Of the 31 other views, the sibling never; the 7 others of a chunk are among 30.
    for (let other = 1; other < images; other++) {
      expect(together[other]! / steps).toBeGreaterThan(0.15);
      expect(together[other]! / steps).toBeLessThan(0.32);
    }
  });
});

describe('pickViews', () => {
  it('[CHUNK4] gives each view the numbers it has in the whole batch', () => {
    const { parameters, chunkOf } = dealt(12, 3);
    for (const views of viewsOfChunks(chunkOf, 3)) {
      const picked = pickViews(parameters, views);
      expect(picked.viewCount).toBe(8);
      views.forEach((view, row) => {
        expect(boxOf(picked, row)).toEqual(boxOf(parameters, view));
        expect(picked.factors.slice(4 * row, 4 * row + 4)).toEqual(parameters.factors.slice(4 * view, 4 * view + 4));
        expect(picked.flips[row]).toBe(parameters.flips[view]);
      });
    }
  });
});
