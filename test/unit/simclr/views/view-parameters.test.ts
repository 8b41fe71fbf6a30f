import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { drawingInputs, NUMBER_ROWS } from '#simclr/views/drawing-inputs.ts';
import { viewParameters } from '#simclr/views/view-parameters.ts';
import { HUE, viewPlan } from '#simclr/views/view-plan.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const sizesOf = (count: number) => Array.from({ length: count }, (_, i) => ({ width: 40 + (i % 7), height: 32 }));
const runOf = (views: TrainingConfigInput['views'] = {}, side = 64) => smallRecipe({ side, views });
const blurred = { blur: { probability: 0.5 } };

/** How many views meet each operation at a position. */
function meetings(orders: Uint8Array, size: number, position: number): number[] {
  const counts = [0, 0, 0, 0];
  for (let at = position; at < orders.length; at += size) counts[orders[at]!]!++;
  return counts;
}

const share = (flags: ArrayLike<number>) => Array.from(flags).filter((flag) => flag > 0).length / flags.length;

describe('view parameters', () => {
  it('[V2] are the same when drawn again, and others at another step or seed', () => {
    const run = runOf(blurred);
    expect(viewParameters(run, 7, 3, sizesOf(9))).toEqual(viewParameters(run, 7, 3, sizesOf(9)));
    const boxes = (seed: number, step: number) => [...viewParameters(run, seed, step, sizesOf(9)).boxes];
    expect(boxes(7, 3)).not.toEqual(boxes(7, 4));
    expect(boxes(7, 3)).not.toEqual(boxes(8, 3));
  });

  it('[V2] of one view do not depend on the images beside it', () => {
    const run = runOf(blurred);
    const sizes = sizesOf(8);
    const others = sizes.map((size, i) => (i === 5 ? size : { width: 200, height: 90 }));
    const [a, b] = [viewParameters(run, 1, 2, sizes), viewParameters(run, 1, 2, others)];
    for (const view of [5, 13]) {
      expect(a.boxes.slice(4 * view, 4 * view + 4)).toEqual(b.boxes.slice(4 * view, 4 * view + 4));
    }
    expect(a.factors).toEqual(b.factors);
    expect(a.sigmas).toEqual(b.sigmas);
    expect(a.orders).toEqual(b.orders);
  });

  it('[V2] gives the two views of an image, and every view of a step, numbers of its own', () => {
    const { factors, viewCount } = viewParameters(runOf({ jitter: { probability: 1 } }), 1, 0, sizesOf(64));
    const brightness = new Set(Array.from({ length: viewCount }, (_, view) => factors[4 * view]));
    expect(brightness.size).toBe(viewCount);
  });

  it('[V2] keep the other numbers when one operation is switched off', () => {
    const [all, noFlip] = [runOf(blurred), runOf({ ...blurred, flip: { probability: 0 } })].map((run) =>
      viewParameters(run, 4, 1, sizesOf(20)),
    );
    expect(noFlip!.flips.every((flip) => flip === 0)).toBe(true);
    expect(noFlip!.factors).toEqual(all!.factors);
    expect(noFlip!.sigmas).toEqual(all!.sigmas);
  });

  it('[V6] come as often and as strong as the recipe says', () => {
    const jitter = { probability: 0.8, brightness: 0.4, contrast: 1.2, saturation: 0.4, hue: 0.1 };
    const images = 10_000;
    const { flips, jittered, factors, greys, sigmas } = viewParameters(
      runOf({ ...blurred, jitter }),
      1,
      0,
      sizesOf(images),
    );
    for (const [flags, probability] of [
      [flips, 0.5],
      [jittered, 0.8],
      [greys, 0.2],
      [sigmas, 0.5],
    ] as const) {
      expect(Math.abs(share(flags) - probability)).toBeLessThan(0.0145);
    }
    const limits = [
      [0.6, 1.4, 1],
      [0, 2.2, 1],
      [0.6, 1.4, 1],
      [-0.1, 0.1, 0],
    ] as const;
    limits.forEach(([low, high, neutral], operation) => {
      const drawn = Array.from({ length: 2 * images }, (_, view) => [jittered[view], factors[4 * view + operation]!]);
      const used = drawn.filter(([flag]) => flag === 1).map(([, value]) => value!);
      expect(drawn.every(([flag, value]) => flag === 1 || value === neutral)).toBe(true);
      expect(Math.min(...used)).toBeGreaterThanOrEqual(Math.fround(low));
      expect(Math.max(...used)).toBeLessThanOrEqual(Math.fround(high));
      for (const part of [0.25, 0.5, 0.75]) {
        const below = used.filter((value) => value <= low + part * (high - low)).length / used.length;
        expect(Math.abs(below - part)).toBeLessThan(0.016);
      }
    });
    const drawnSigmas = [...sigmas].filter((sigma) => sigma > 0);
    expect(Math.min(...drawnSigmas)).toBeGreaterThanOrEqual(0.1 - 1e-6);
    expect(Math.max(...drawnSigmas)).toBeLessThanOrEqual(2);
  });

  it('[V1] follow the recipe of their own branch', () => {
    const quiet = { flip: { probability: 0 }, jitter: { probability: 0 }, grey: { probability: 0 } };
    const run = smallRecipe({ side: 64, views: { jitter: { probability: 1 } }, secondViews: quiet });
    const { jittered, flips } = viewParameters(run, 1, 0, sizesOf(16));
    expect(jittered).toEqual(Uint8Array.from({ length: 32 }, (_, view) => (view < 16 ? 1 : 0)));
    expect(flips.slice(16).every((flip) => flip === 0)).toBe(true);
  });

  it('[V11] blur nothing at 32 px and below', () => {
    expect(viewPlan(runOf(blurred, 32)).hasBlur).toBe(false);
    expect(viewParameters(runOf(blurred, 32), 1, 0, sizesOf(50)).sigmas.every((sigma) => sigma === 0)).toBe(true);
    expect(viewPlan(runOf(blurred, 33)).hasBlur).toBe(true);
  });

  it('[V11] scale σ with the side when asked to', () => {
    const fixed = viewParameters(runOf(blurred, 112), 1, 0, sizesOf(20)).sigmas;
    const scaled = viewParameters(
      runOf({ blur: { probability: 0.5, scaleSigma: true } }, 112),
      1,
      0,
      sizesOf(20),
    ).sigmas;
    fixed.forEach((sigma, view) => expect(scaled[view]).toBeCloseTo(sigma / 2, 6));
  });
});

describe('[V8] jitter orders', () => {
  it('let each operation meet exactly a quarter of the views at each position', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 1000 }), (pairs, step) => {
        const { orders } = viewParameters(runOf(), 1, step, sizesOf(2 * pairs));
        return [0, 1, 2, 3].every((position) => meetings(orders, 4, position).every((count) => count === pairs));
      }),
      { seed: 8, numRuns: 50 },
    );
  });

  it('differ by one view at most when the views are no multiple of four', () => {
    for (const images of [1, 3, 5, 51]) {
      const { orders } = viewParameters(runOf(), 1, 9, sizesOf(images));
      for (const position of [0, 1, 2, 3]) {
        const counts = meetings(orders, 4, position);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('are all 24 equally likely for a given view', () => {
    const counts = new Map<string, number>();
    const steps = 4800;
    for (let step = 0; step < steps; step++) {
      const { orders } = viewParameters(runOf(), 1, step, sizesOf(3));
      const order = orders.slice(8, 12).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // χ² with 23 degrees of freedom: 49.7 is passed by chance once in a thousand seeds.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeLessThan(49.7);
  });

  it('hold only operations that some view can get', () => {
    const plan = viewPlan(runOf({ jitter: { brightness: 0.4, contrast: 0, saturation: 0, hue: 0.1 } }));
    expect(plan).toMatchObject({ operations: [0, HUE], linearCount: 1, streams: 2, hasContrast: false });
    const none = viewPlan(runOf({ jitter: { probability: 0 } }));
    expect(none).toMatchObject({ operations: [], linearCount: 0, streams: 1, hasHue: false });
  });
});

describe('[V9] slots', () => {
  it('hold every view once, in the stream of its turn of hue, the rest left empty', () => {
    for (const images of [1, 2, 7, 32]) {
      const run = runOf();
      const parameters = viewParameters(run, 3, 1, sizesOf(images));
      const { slots, rowOfSlot, slotOfRow } = drawingInputs(viewPlan(run), parameters);
      expect(slots).toBe(4 * Math.ceil((2 * images) / 4));
      slotOfRow.forEach((slot, view) => {
        expect(rowOfSlot[slot]).toBe(view);
        expect(parameters.orders[4 * view + Math.floor(slot / (slots / 4))]).toBe(HUE);
      });
      expect(rowOfSlot.filter((view) => view < 0)).toHaveLength(slots - 2 * images);
    }
  });

  it('carry each linear operation in its order', () => {
    const run = runOf({ jitter: { probability: 1 } });
    const parameters = viewParameters(run, 3, 1, sizesOf(4));
    const { slots, slotOfRow, numbers } = drawingInputs(viewPlan(run), parameters);
    const number = (row: number, view: number) => numbers[row * slots + slotOfRow[view]!];
    for (let view = 0; view < 8; view++) {
      const linear = parameters.orders.slice(4 * view, 4 * view + 4).filter((operation) => operation !== HUE);
      linear.forEach((operation, i) => {
        const factor = parameters.factors[4 * view + operation]!;
        const row = NUMBER_ROWS.linear + 3 * i;
        const rest = Math.fround(1 - factor);
        expect(number(row, view)).toBe(factor);
        expect(number(row + 1, view)).toBe(operation === 2 ? rest : 0);
        expect(number(row + 2, view)).toBe(operation === 1 ? rest : 0);
      });
    }
  });
});
