/** Convolutions, pooling, batch norm and matrix products. Layout is [n, h, w, c] throughout. */
import type { OperationCall, ShapeFunction } from '../operation-call.ts';
import type { TensorType } from '../program.ts';
import { broadcastShape } from './broadcast.ts';

/** Positions of a window along one axis. */
function windowCount(size: number, window: number, stride: number, call: OperationCall, axis: 1 | 2): number {
  switch (call.text('padding')) {
    case 'SAME':
      return Math.ceil(size / stride);
    case 'VALID':
      return Math.floor((size - window) / stride) + 1;
    default: {
      const pads = call.ints('explicit_paddings');
      return Math.floor((size + pads[2 * axis]! + pads[2 * axis + 1]! - window) / stride) + 1;
    }
  }
}

function checkLayout(call: OperationCall): void {
  if (call.text('data_format') !== 'NHWC') throw new Error(`${call.op} has a shape function for NHWC alone.`);
}

const conv2D: ShapeFunction = (call) => {
  checkLayout(call);
  const [rows, height, width] = call.shape(0) as [number, number, number];
  const [kernelHeight, kernelWidth, , channels] = call.shape(1) as [number, number, number, number];
  const strides = call.ints('strides');
  const dilations = call.ints('dilations');
  const windowHeight = (kernelHeight - 1) * dilations[1]! + 1;
  const windowWidth = (kernelWidth - 1) * dilations[2]! + 1;
  return [
    {
      dtype: call.input(0).dtype,
      shape: [
        rows,
        windowCount(height, windowHeight, strides[1]!, call, 1),
        windowCount(width, windowWidth, strides[2]!, call, 2),
        channels,
      ],
    },
  ];
};

const pool: ShapeFunction = (call) => {
  checkLayout(call);
  const [rows, height, width, channels] = call.shape(0) as [number, number, number, number];
  const [window, strides] = [call.ints('ksize'), call.ints('strides')];
  return [
    {
      dtype: call.input(0).dtype,
      shape: [
        rows,
        windowCount(height, window[1]!, strides[1]!, call, 1),
        windowCount(width, window[2]!, strides[2]!, call, 2),
        channels,
      ],
    },
  ];
};

const matMul: ShapeFunction = (call) => {
  const [a, b] = [call.shape(0), call.shape(1)];
  const rows = call.flag('adj_x') ? a.at(-1)! : a.at(-2)!;
  const columns = call.flag('adj_y') ? b.at(-2)! : b.at(-1)!;
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return [{ dtype: call.input(0).dtype, shape: [...batch, rows, columns] }];
};

/** The third reserve is empty on a CPU; nothing but the gradient reads it. */
const fusedBatchNorm: ShapeFunction = (call) => {
  const channels = call.input(1);
  const empty: TensorType = { dtype: channels.dtype, shape: [0] };
  return [call.input(0), channels, channels, channels, channels, empty];
};

const fusedBatchNormGradient: ShapeFunction = (call) => {
  const channels = call.input(2);
  const unused: TensorType = { dtype: channels.dtype, shape: [] };
  return [call.input(1), channels, channels, unused, unused];
};

/** Of a tensor and two numbers for each of its channels. */
const withTwo =
  (like: number): ShapeFunction =>
  (call) => {
    const channels: TensorType = { dtype: 'float32', shape: [call.shape(0).at(-1)!] };
    return [call.input(like), channels, channels];
  };

/** Views of the colours red, green and blue. */
const drawViews: ShapeFunction = (call) => {
  const side = call.int('side');
  return [{ dtype: 'float32', shape: [call.shape(2)[0]!, side, side, 3] }];
};

/** The next weights and the next slots. */
const update: ShapeFunction = (call) => {
  const [weights, slots] = [call.int('n'), call.int('m')];
  return [...call.inputs.slice(0, weights), ...call.inputs.slice(2 * weights, 2 * weights + slots)];
};

export const network: ReadonlyMap<string, ShapeFunction> = new Map([
  ['Conv2D', conv2D],
  ['Conv2DBackpropInput', (call) => [{ dtype: call.input(2).dtype, shape: call.constant(0) }]],
  ['Conv2DBackpropFilter', (call) => [{ dtype: call.input(2).dtype, shape: call.constant(1) }]],
  ['KindredDrawViews', drawViews],
  ['KindredUpdate', update],
  ['KindredMoments', (call) => withTwo(0)(call).slice(1)],
  ['KindredNormalise', (call) => [call.input(0)]],
  ['KindredNormaliseGrad', withTwo(1)],
  ['KindredThroughStatistics', (call) => [call.input(1)]],
  ['KindredGlobalNorm', () => [{ dtype: 'float32', shape: [] }]],
  ['MaxPool', pool],
  ['AvgPool', pool],
  ['MaxPoolGrad', (call) => [call.input(0)]],
  ['AvgPoolGrad', (call) => [{ dtype: call.input(1).dtype, shape: call.constant(0) }]],
  ['BatchMatMulV2', matMul],
  ['FusedBatchNormV3', fusedBatchNorm],
  ['FusedBatchNormGradV3', fusedBatchNormGradient],
]);
