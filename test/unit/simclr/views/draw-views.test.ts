import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { ShapeError } from '#base/shapes.ts';
import { drawViews } from '#simclr/views/draw-views.ts';
import { viewParameters, type ViewParameters } from '#simclr/views/view-parameters.ts';
import { blurRadius, viewPlan } from '#simclr/views/view-plan.ts';
import { expectClose } from '#test/support/closeness.ts';
import { drawnViews, noiseImage } from '#test/support/drawn-views.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';
import { checkTensorLeaks } from '#test/support/tensor-leaks.ts';

checkTensorLeaks('cpu');

const OFF = {
  flip: { probability: 0 },
  jitter: { probability: 0 },
  grey: { probability: 0 },
  blur: { probability: 0 },
} satisfies TrainingConfigInput['views'];
const images = [noiseImage(1, 14, 10), noiseImage(2, 9, 16), noiseImage(3, 12, 12)];
const draw = (run: ReturnType<typeof smallRecipe>, step = 0) =>
  drawnViews(run, viewParameters(run, 1, step, images), images);

/** The parameters of one view, as a batch of one image; the second view has the order turned on by one. */
function alone(parameters: ViewParameters, view: number): ViewParameters {
  const { boxes, flips, jittered, factors, orders, greys, sigmas } = parameters;
  const rowOf = (values: ArrayLike<number>): number[] => {
    const width = values.length / parameters.viewCount;
    return Array.from({ length: width }, (_, i) => values[view * width + i]!);
  };
  const twice = (values: ArrayLike<number>): number[] => [...rowOf(values), ...rowOf(values)];
  const order = rowOf(orders);
  return {
    viewCount: 2,
    boxes: Int32Array.from(twice(boxes)),
    flips: Uint8Array.from(twice(flips)),
    jittered: Uint8Array.from(twice(jittered)),
    factors: Float32Array.from(twice(factors)),
    orders: Uint8Array.from([...order, ...order.slice(1), ...order.slice(0, 1)]),
    greys: Uint8Array.from(twice(greys)),
    sigmas: Float32Array.from(twice(sigmas)),
  };
}

/** Names of the kernels that drawing runs. */
function kernelsUsed(views: TrainingConfigInput['views']): Set<string> {
  const run = smallRecipe({ side: 40, views });
  const kernels = new Set<string>();
  const engine = tf.engine();
  const original = engine.runKernel.bind(engine);
  engine.runKernel = ((name: string, ...rest: [never, never]) => {
    kernels.add(name);
    return original(name, ...rest);
  }) as typeof original;
  try {
    drawnViews(run, viewParameters(run, 1, 0, images), images);
  } finally {
    engine.runKernel = original;
  }
  return kernels;
}

describe('drawn views', () => {
  it('[V2] can each be drawn again alone', () => {
    const run = smallRecipe({ side: 36, views: { blur: { probability: 0.5 } } });
    const parameters = viewParameters(run, 1, 0, images);
    const all = drawnViews(run, parameters, images);
    const size = 36 * 36 * 3;
    for (let view = 0; view < 6; view++) {
      const one = drawnViews(run, alone(parameters, view), [images[view % 3]!]);
      expectClose(one.subarray(0, size), all.subarray(view * size, (view + 1) * size), 1e-6, `view ${view}`);
    }
  });

  it('stay in [0, 1] under the strongest colours', () => {
    const jitter = { probability: 1, brightness: 2, contrast: 2, saturation: 2, hue: 0.5 };
    const values = draw(smallRecipe({ side: 12, views: { jitter } }));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1e-6);
    expect(Math.max(...values)).toBeLessThanOrEqual(1 + 1e-6);
  });

  it('[V12] are the resized pixels when everything is off', () => {
    const run = smallRecipe({ side: 12, views: { ...OFF, crop: { probability: 0 } } });
    const image = noiseImage(9, 12, 12);
    const drawn = drawnViews(run, viewParameters(run, 1, 0, [image]), [image]);
    const expected = Array.from({ length: 432 }, (_, i) => image.data[(i % 3) * 144 + Math.floor(i / 3)]! / 255);
    expectClose(drawn.subarray(0, 432), expected, 1e-6);
    expectClose(drawn.subarray(432), expected, 1e-6);
  });

  it('[V12] leave a view without jitter as it is, though others are jittered', () => {
    const calm = smallRecipe({ side: 12, views: OFF });
    const mixed = smallRecipe({ side: 12, views: OFF, secondViews: { ...OFF, jitter: { probability: 1 } } });
    const [plain, half] = [draw(calm), draw(mixed)];
    const first = 3 * 432;
    expectClose(half.subarray(0, first), plain.subarray(0, first), 1e-6);
    const changed = half.subarray(first).filter((value, i) => Math.abs(value - plain[first + i]!) > 0.01);
    expect(changed.length).toBeGreaterThan(first / 4);
  });

  it('[V9] do not depend on how many slots stay empty', () => {
    const run = smallRecipe({ side: 12 });
    const five = [...images, noiseImage(4, 13, 13), noiseImage(5, 15, 11)];
    const parameters = viewParameters(run, 1, 0, five);
    const drawn = drawnViews(run, parameters, five);
    for (const view of [0, 4, 9]) {
      const one = drawnViews(run, alone(parameters, view), [five[view % 5]!]);
      expectClose(drawn.subarray(view * 432, (view + 1) * 432), one.subarray(0, 432), 1e-6, `view ${view}`);
    }
  });

  it('[V12] need no operation that no view can get', () => {
    const blur = { blur: { probability: 0.5 } };
    expect(kernelsUsed({ ...OFF, ...blur }).has('Exp')).toBe(true);
    const plain = kernelsUsed(OFF);
    for (const kernel of ['Exp', 'Mean', 'Select', 'GatherNd', 'Concat']) expect(plain.has(kernel), kernel).toBe(false);
  });

  it('[V9] refuse orders that were not dealt', () => {
    const run = smallRecipe({ side: 12 });
    const parameters = viewParameters(run, 1, 0, images);
    parameters.orders.set([3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]);
    expect(() => drawnViews(run, parameters, images)).toThrow(
      'At most 2 of 6 views can turn their hue after 0 operations',
    );
  });

  it('refuse a canvas of another number of slots', () => {
    const plan = viewPlan(smallRecipe({ side: 12 }));
    const wrong = () =>
      tf.tidy(() => drawViews(plan, tf.zeros([6, 3, 8, 8]), tf.zeros([16, 8]), tf.zeros([6], 'int32') as tf.Tensor1D));
    expect(wrong).toThrow(ShapeError);
    expect(wrong).toThrow('canvas must have shape [8, 3, 8, 8], got [6, 3, 8, 8].');
  });
});

describe('[V11] the blur’s kernel', () => {
  it('is odd at every side, and never reaches over a view', () => {
    expect([224, 96, 64].map((side) => 2 * blurRadius(side) + 1)).toEqual([23, 9, 7]);
    for (let side = 33; side <= 512; side++) {
      expect(Number.isInteger(blurRadius(side))).toBe(true);
      expect(2 * blurRadius(side) + 1).toBeLessThan(side);
    }
  });
});
