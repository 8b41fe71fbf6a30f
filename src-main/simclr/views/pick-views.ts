import type { ViewParameters } from './view-parameters.ts';

/** Some of a step's views, in the given order: their numbers are what they are in the whole. */
export function pickViews(parameters: ViewParameters, views: Uint32Array): ViewParameters {
  const { viewCount, boxes, flips, jittered, factors, orders, greys, sigmas } = parameters;
  return {
    viewCount: views.length,
    boxes: picked(boxes, Int32Array, 4, views),
    flips: picked(flips, Uint8Array, 1, views),
    jittered: picked(jittered, Uint8Array, 1, views),
    factors: picked(factors, Float32Array, 4, views),
    orders: picked(orders, Uint8Array, orders.length / viewCount, views),
    greys: picked(greys, Uint8Array, 1, views),
    sigmas: picked(sigmas, Float32Array, 1, views),
  };
}

type Numbers = Int32Array | Uint8Array | Float32Array;

function picked<T extends Numbers>(rows: T, kind: new (length: number) => T, width: number, views: Uint32Array): T {
  const result = new kind(width * views.length);
  views.forEach((view, row) => result.set(rows.subarray(width * view, width * (view + 1)), width * row));
  return result;
}
