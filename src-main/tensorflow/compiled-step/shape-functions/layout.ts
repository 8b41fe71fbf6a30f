/** Operations that move elements about, cut them out or repeat them. */
import type { ShapeFunction } from '../operation-call.ts';
import { elementCount } from '../program.ts';
import { stridedSliceShape } from './strided-slice.ts';

/** One size may be −1: whatever is left. */
const reshape: ShapeFunction = (call) => {
  const wanted = call.constant(1);
  const known = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = wanted.map((size) => (size === -1 ? elementCount(call.input(0)) / known : size));
  return [{ dtype: call.input(0).dtype, shape }];
};

const transpose: ShapeFunction = (call) => [
  { dtype: call.input(0).dtype, shape: call.constant(1).map((axis) => call.shape(0)[axis]!) },
];

const pad: ShapeFunction = (call) => {
  const widths = call.constant(1);
  const shape = call.shape(0).map((size, axis) => size + widths[2 * axis]! + widths[2 * axis + 1]!);
  return [{ dtype: call.input(0).dtype, shape }];
};

/** A size of −1 reaches to the end. */
const slice: ShapeFunction = (call) => {
  const begin = call.constant(1);
  const shape = call.constant(2).map((size, axis) => (size === -1 ? call.shape(0)[axis]! - begin[axis]! : size));
  return [{ dtype: call.input(0).dtype, shape }];
};

const tile: ShapeFunction = (call) => {
  const times = call.constant(1);
  return [{ dtype: call.input(0).dtype, shape: call.shape(0).map((size, axis) => size * times[axis]!) }];
};

/** The axis comes last, after the pieces. */
const concat: ShapeFunction = (call) => {
  const pieces = call.inputs.slice(0, -1);
  const first = pieces[0]!;
  const axis = normalAxis(call.constant(pieces.length)[0]!, first.shape.length);
  const total = pieces.reduce((sum, piece) => sum + piece.shape[axis]!, 0);
  return [{ dtype: first.dtype, shape: first.shape.with(axis, total) }];
};

const pack: ShapeFunction = (call) => {
  const axis = normalAxis(call.int('axis'), call.shape(0).length + 1);
  return [{ dtype: call.input(0).dtype, shape: call.shape(0).toSpliced(axis, 0, call.inputs.length) }];
};

const unpack: ShapeFunction = (call) => {
  const axis = normalAxis(call.int('axis'), call.shape(0).length);
  const piece = { dtype: call.input(0).dtype, shape: call.shape(0).toSpliced(axis, 1) };
  return Array.from({ length: call.int('num') }, () => piece);
};

const splitV: ShapeFunction = (call) => {
  const axis = normalAxis(call.constant(2)[0]!, call.shape(0).length);
  return call.constant(1).map((size) => ({ dtype: call.input(0).dtype, shape: call.shape(0).with(axis, size) }));
};

const gather: ShapeFunction = (call) => {
  const axis = normalAxis(call.constant(2)[0]!, call.shape(0).length);
  const shared = call.int('batch_dims');
  const indices = call.shape(1).slice(shared);
  return [{ dtype: call.input(0).dtype, shape: call.shape(0).toSpliced(axis, 1, ...indices) }];
};

/** The last axis of the indices runs over the leading axes of what is gathered from. */
const gatherNd: ShapeFunction = (call) => {
  const indices = call.shape(1);
  const shape = [...indices.slice(0, -1), ...call.shape(0).slice(indices.at(-1))];
  return [{ dtype: call.input(0).dtype, shape }];
};

const expandDims: ShapeFunction = (call) => {
  const axis = normalAxis(call.constant(1)[0]!, call.shape(0).length + 1);
  return [{ dtype: call.input(0).dtype, shape: call.shape(0).toSpliced(axis, 0, 1) }];
};

function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export const layout: ReadonlyMap<string, ShapeFunction> = new Map([
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['PadV2', pad],
  ['MirrorPad', pad],
  ['Slice', slice],
  ['StridedSlice', (call) => [{ dtype: call.input(0).dtype, shape: stridedSliceShape(call) }]],
  ['Tile', tile],
  ['ConcatV2', concat],
  ['Pack', pack],
  ['Unpack', unpack],
  ['SplitV', splitV],
  ['GatherV2', gather],
  ['GatherNd', gatherNd],
  ['ExpandDims', expandDims],
  ['ReverseV2', (call) => [call.input(0)]],
]);
