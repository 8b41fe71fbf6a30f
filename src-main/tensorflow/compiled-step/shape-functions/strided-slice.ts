import type { OperationCall } from '../operation-call.ts';

/** Slicing with steps; bit i of a mask speaks of axis i. Ellipses and new axes are left to the caller to write out. */
export function stridedSliceShape(call: OperationCall): readonly number[] {
  if (call.int('ellipsis_mask') !== 0 || call.int('new_axis_mask') !== 0) {
    throw new Error('StridedSlice with an ellipsis or a new axis has no shape function: reshape and slice instead.');
  }
  const [begin, end, strides] = [call.constant(1), call.constant(2), call.constant(3)];
  const masks = { begin: call.int('begin_mask'), end: call.int('end_mask'), shrink: call.int('shrink_axis_mask') };
  const shape: number[] = [];
  call.shape(0).forEach((size, axis) => {
    if (axis >= begin.length) return void shape.push(size);
    if (isSet(masks.shrink, axis)) return;
    const stride = strides[axis]!;
    const from = isSet(masks.begin, axis) ? (stride > 0 ? 0 : size - 1) : bounded(begin[axis]!, size, stride);
    const to = isSet(masks.end, axis) ? (stride > 0 ? size : -1) : bounded(end[axis]!, size, stride);
    shape.push(Math.max(0, Math.ceil((to - from) / stride)));
  });
  return shape;
}

function isSet(mask: number, axis: number): boolean {
  return (mask & (1 << axis)) !== 0;
}

/** Counted from the end when negative, then kept inside the axis. */
function bounded(position: number, size: number, stride: number): number {
  const counted = position < 0 ? position + size : position;
  return stride > 0 ? Math.min(Math.max(counted, 0), size) : Math.min(Math.max(counted, -1), size - 1);
}
