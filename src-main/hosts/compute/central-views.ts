/**
 * How an image is seen when it is judged or embedded: at sides up to 32 its whole central square, above that the
 * central 0.875 of its short side (RECIPE §2), drawn like any other view but with nothing done to its colours.
 */
import type { Recipe } from '#simclr/recipe.ts';
import type { ImageSize } from '#simclr/views/crop-box.ts';
import type { ViewParameters } from '#simclr/views/view-parameters.ts';
import type { ViewsOfRun } from '#simclr/views/view-plan.ts';

const WHOLE_SQUARE_UP_TO = 32;
const CENTRAL_SHARE = 0.875;

/** A recipe of views under which nothing but the crop happens. */
export function centralViews({ side, views }: Pick<Recipe, 'side' | 'views'>): ViewsOfRun {
  return {
    side,
    views: {
      crop: { ...views.crop, probability: 0 },
      flip: { probability: 0 },
      jitter: { ...views.jitter, probability: 0 },
      grey: { probability: 0 },
      blur: { ...views.blur, probability: 0 },
    },
    secondViews: null,
  };
}

/** One view an image: its central square. */
export function centralParameters(side: number, sizes: readonly ImageSize[]): ViewParameters {
  const viewCount = sizes.length;
  const boxes = new Int32Array(4 * viewCount);
  const factors = new Float32Array(4 * viewCount);
  sizes.forEach(({ width, height }, view) => {
    const share = side <= WHOLE_SQUARE_UP_TO ? 1 : CENTRAL_SHARE;
    const length = Math.max(1, Math.round(Math.min(width, height) * share));
    boxes.set([Math.floor((height - length) / 2), Math.floor((width - length) / 2), length, length], 4 * view);
    factors.set([1, 1, 1, 0], 4 * view);
  });
  return {
    viewCount,
    boxes,
    flips: new Uint8Array(viewCount),
    jittered: new Uint8Array(viewCount),
    factors,
    orders: new Uint8Array(0),
    greys: new Uint8Array(viewCount),
    sigmas: new Float32Array(viewCount),
  };
}
