/** Operations that take axes away, or sizes of axes. */
import type { ShapeFunction } from '../operation-call.ts';

/** Axes counted from the end are allowed. */
function withoutAxes(shape: readonly number[], axes: readonly number[], keepDims: boolean): readonly number[] {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  if (keepDims) return shape.map((size, axis) => (gone.has(axis) ? 1 : size));
  return shape.filter((_, axis) => !gone.has(axis));
}

const reduce: ShapeFunction = (call) => [
  {
    dtype: call.input(0).dtype,
    shape: withoutAxes(call.shape(0), call.constant(1), call.flag('keep_dims')),
  },
];

const locate: ShapeFunction = (call) => [
  { dtype: call.dtype('output_type'), shape: withoutAxes(call.shape(0), call.constant(1), false) },
];

const topK: ShapeFunction = (call) => {
  const shape = [...call.shape(0).slice(0, -1), ...call.constant(1)];
  return [
    { dtype: call.input(0).dtype, shape },
    { dtype: 'int32', shape },
  ];
};

/** Segments along the first axis; the third input says how many there are. */
const segments: ShapeFunction = (call) => [
  {
    dtype: call.input(0).dtype,
    shape: [...call.constant(2), ...call.shape(0).slice(call.shape(1).length)],
  },
];

export const reductions: ReadonlyMap<string, ShapeFunction> = new Map([
  ...['Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any'].map((name) => [name, reduce] as const),
  ['ArgMax', locate],
  ['ArgMin', locate],
  ['TopKV2', topK],
  ['UnsortedSegmentSum', segments],
  ['Cumsum', (call) => [call.input(0)]],
  ['Cumprod', (call) => [call.input(0)]],
]);
