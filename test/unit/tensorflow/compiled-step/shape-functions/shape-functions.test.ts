import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { shapeFunctions } from '#tensorflow/compiled-step/shape-functions/shape-function-table.ts';
import { nativeBackend, type NativeBinding } from '#tensorflow/native-backend.ts';
import { dtypeOf } from '#tensorflow/tf-dtype.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

interface Operands {
  /** float32 [2, 3], above 0. */
  readonly m: tf.Tensor2D;
  /** float32 [3]. */
  readonly v: tf.Tensor1D;
  /** float32 [2, 7, 5, 3]. */
  readonly image: tf.Tensor4D;
  /** int32 [4], each in 0 … 1. */
  readonly indices: tf.Tensor1D;
  /** bool [2, 3]. */
  readonly flags: tf.Tensor2D;
}

const shapes = {
  m: { dtype: 'float32', shape: [2, 3] },
  v: { dtype: 'float32', shape: [3] },
  image: { dtype: 'float32', shape: [2, 7, 5, 3] },
  indices: { dtype: 'int32', shape: [4] },
  flags: { dtype: 'bool', shape: [2, 3] },
} as const;

/** As many channels as operations of our own need. */
const sixteenfold = (x: tf.Tensor): tf.Tensor => tf.tile(x, [...Array<number>(x.rank - 1).fill(1), 16]);
const givenNorm = (v: tf.Tensor) => ({ mean: sixteenfold(v), variance: sixteenfold(v), gamma: sixteenfold(v) });

/** What the function of a case is named after is the operation of TensorFlow's that it has to reach. */
const cases: Readonly<Record<string, (operands: Operands) => tf.TensorContainer>> = {
  Abs: ({ m }) => tf.abs(m),
  Ceil: ({ m }) => tf.ceil(m),
  Cos: ({ m }) => tf.cos(m),
  Elu: ({ m }) => tf.elu(m),
  EluGrad: ({ m }) => tf.engine().runKernel(tf.EluGrad, { dy: m, y: m }),
  Erf: ({ m }) => tf.erf(m),
  Exp: ({ m }) => tf.exp(m),
  Expm1: ({ m }) => tf.expm1(m),
  Floor: ({ m }) => tf.floor(m),
  Log: ({ m }) => tf.log(m),
  Log1p: ({ m }) => tf.log1p(m),
  Neg: ({ m }) => tf.neg(m),
  OnesLike: ({ m }) => tf.onesLike(m),
  Reciprocal: ({ m }) => tf.reciprocal(m),
  Relu: ({ m }) => tf.relu(m),
  Relu6: ({ m }) => tf.relu6(m),
  ReluGrad: ({ m }) => tf.engine().runKernel('KindredReluGrad', { dy: m, y: m }),
  Round: ({ m }) => tf.round(m),
  Rsqrt: ({ m }) => tf.rsqrt(m),
  Selu: ({ m }) => tf.selu(m),
  Sigmoid: ({ m }) => tf.sigmoid(m),
  Sign: ({ m }) => tf.sign(m),
  Sin: ({ m }) => tf.sin(m),
  Softmax: ({ m }) => tf.softmax(m),
  Softplus: ({ m }) => tf.softplus(m),
  Sqrt: ({ m }) => tf.sqrt(m),
  Square: ({ m }) => tf.square(m),
  Tan: ({ m }) => tf.tan(m),
  Tanh: ({ m }) => tf.tanh(m),
  ZerosLike: ({ m }) => tf.zerosLike(m),
  Add: ({ m, v, image }) => [tf.add(m, v), tf.add(v, m), tf.add(image, v), tf.add(tf.reshape(m, [2, 1, 1, 3]), image)],
  AddN: ({ m }) => tf.addN([m, m, m]),
  Sub: ({ m, v }) => tf.sub(m, v),
  Mul: ({ m, v }) => tf.mul(m, v),
  RealDiv: ({ m, v }) => tf.div(m, v),
  Maximum: ({ m, v }) => tf.maximum(m, v),
  Minimum: ({ m, v }) => tf.minimum(m, v),
  Pow: ({ m, v }) => tf.pow(m, v),
  SquaredDifference: ({ m, v }) => tf.squaredDifference(m, v),
  FloorDiv: ({ m, v }) => tf.floorDiv(m, v),
  FloorMod: ({ m, v }) => tf.mod(m, v),
  Equal: ({ m, v }) => tf.equal(m, v),
  NotEqual: ({ m, v }) => tf.notEqual(m, v),
  Greater: ({ m, v }) => tf.greater(m, v),
  GreaterEqual: ({ m, v }) => tf.greaterEqual(m, v),
  Less: ({ m, v }) => tf.less(m, v),
  LessEqual: ({ m, v }) => tf.lessEqual(m, v),
  LogicalAnd: ({ flags }) => tf.logicalAnd(flags, flags),
  LogicalOr: ({ flags }) => tf.logicalOr(flags, flags),
  LogicalNot: ({ flags }) => tf.logicalNot(flags),
  IsFinite: ({ m }) => tf.isFinite(m),
  IsInf: ({ m }) => tf.isInf(m),
  IsNan: ({ m }) => tf.isNaN(m),
  Select: ({ m, flags }) => tf.where(flags, m, tf.neg(m)),
  Cast: ({ m, flags }) => [tf.cast(m, 'int32'), tf.cast(flags, 'float32')],
  Sum: ({ m, image }) => [tf.sum(m), tf.sum(image, [1, 2]), tf.sum(image, -1, true)],
  Mean: ({ image }) => tf.mean(image, [0, 1, 2]),
  Max: ({ m }) => tf.max(m, 1, true),
  Min: ({ m }) => tf.min(m, 0),
  Prod: ({ m }) => tf.prod(m, 1),
  All: ({ flags }) => tf.all(flags, 1),
  Any: ({ flags }) => tf.any(flags),
  ArgMax: ({ m }) => tf.argMax(m, 1),
  ArgMin: ({ m }) => tf.argMin(m, 0),
  TopKV2: ({ m }) => [tf.topk(m, 2).values, tf.topk(m, 2).indices],
  UnsortedSegmentSum: ({ image, indices }) =>
    tf.unsortedSegmentSum(tf.slice(image, [0, 0, 0, 0], [2, 2, 2, 1]).reshape([4, 2]), indices, 5),
  Cumsum: ({ m }) => tf.cumsum(m, 1),
  Cumprod: ({ m }) => tf.cumprod(m, 1),
  Reshape: ({ image }) => [tf.reshape(image, [14, 15]), tf.reshape(image, [-1])],
  Transpose: ({ image }) => tf.transpose(image, [0, 3, 1, 2]),
  PadV2: ({ image }) =>
    tf.pad(image, [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ]),
  MirrorPad: ({ image }) =>
    tf.mirrorPad(
      image,
      [
        [0, 0],
        [2, 1],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    ),
  Slice: ({ image }) => [tf.slice(image, [0, 2, 1, 0], [1, 3, 2, 3]), tf.slice(image, [1, 0, 0, 0], [-1, 7, -1, 1])],
  StridedSlice: ({ image }) => [
    tf.stridedSlice(image, [0, 6, 0, 0], [2, 0, 5, 3], [1, -2, 2, 1]),
    tf.stridedSlice(image, [0, 1, -3, 1], [2, 6, -1, 2], [1, 3, 1, 1], 1, 2, 0, 0, 8),
  ],
  Tile: ({ m }) => tf.tile(m, [2, 3]),
  ConcatV2: ({ m }) => [tf.concat([m, m], 0), tf.concat([m, m, m], -1)],
  Pack: ({ m }) => [tf.stack([m, m], 1), tf.stack([m, m, m])],
  Unpack: ({ image }) => tf.unstack(image, 2),
  SplitV: ({ image }) => tf.split(image, [2, 5], 1),
  GatherV2: ({ m, indices }) => [tf.gather(m, indices), tf.gather(m, indices, 1)],
  GatherNd: ({ m, image }) => [
    tf.gatherND(m, tf.tensor2d([1, 2, 0, 0], [2, 2], 'int32')),
    tf.gatherND(image, tf.tensor2d([1, 0, 1], [3, 1], 'int32')),
  ],
  ExpandDims: ({ m }) => [tf.expandDims(m, 1), tf.expandDims(m, -1)],
  ReverseV2: ({ image }) => tf.reverse(image, [1, 2]),
  Conv2D: ({ image }) => [
    tf.conv2d(image, tf.ones([3, 3, 3, 4]), 1, 'same'),
    tf.conv2d(image, tf.ones([3, 3, 3, 4]), 2, 'valid'),
    tf.conv2d(image, tf.ones([3, 1, 3, 4]), [2, 1], 'same'),
    tf.conv2d(image, tf.ones([2, 2, 3, 4]), 1, 'valid', 'NHWC', [2, 2]),
  ],
  Conv2DBackpropInput: ({ image }) => tf.conv2dTranspose(image, tf.ones([3, 3, 4, 3]), [2, 13, 9, 4], 2, 'same'),
  Conv2DBackpropFilter: ({ image }) =>
    tf
      .engine()
      .runKernel(
        tf.Conv2DBackpropFilter,
        { x: image, dy: image },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', dimRoundingMode: null as never, filterShape: [3, 3, 3, 3] },
      ),
  MaxPool: ({ image }) => [tf.maxPool(image, 3, 2, 'valid'), tf.maxPool(image, 2, 2, 'same')],
  MaxPoolGrad: ({ image }) => {
    const attributes = { filterSize: 3, strides: 2, pad: 'valid', dimRoundingMode: null as never };
    const output = tf.maxPool(image, 3, 2, 'valid');
    return tf.engine().runKernel(tf.MaxPoolGrad, { dy: output, input: image, output }, attributes);
  },
  AvgPool: ({ image }) => tf.avgPool(image, 2, 2, 'same'),
  AvgPoolGrad: ({ image }) => {
    const attributes = { filterSize: 2, strides: 2, pad: 'same', dimRoundingMode: null as never };
    return tf.engine().runKernel(tf.AvgPoolGrad, { dy: tf.avgPool(image, 2, 2, 'same'), input: image }, attributes);
  },
  BatchMatMulV2: ({ m }) => [
    tf.matMul(m, m, false, true),
    tf.matMul(m, m, true, false),
    tf.matMul(tf.reshape(m, [2, 1, 3]), tf.reshape(m, [1, 3, 2])),
  ],
  KindredDrawViews: ({ image }) => {
    const canvas = tf.reshape(tf.slice(image, [0, 0, 0, 0], [2, 6, 4, 1]), [1, 3, 4, 4]) as tf.Tensor4D;
    const attributes = { side: 2, linearCount: 0, streams: 1, hasHue: false, hasGrey: false, blurRadius: 0 };
    const inputs = { canvas, numbers: tf.ones([7, 1]), slotOfRow: tf.zeros([5], 'int32') };
    return tf.engine().runKernel('KindredDrawViews', inputs, attributes);
  },
  KindredUpdate: ({ m, v }) => {
    const settings = { momentum: 0.9, nesterov: false, weightDecay: 0, trustCoefficient: 0, isAdapted: false };
    const attributes = { count: 2, slots: 2, rule: 0, ...settings, beta1: 0, beta2: 0, epsilon: 0 };
    const scalars = { learningRate: tf.scalar(1), step: tf.scalar(0) };
    const tensors = { weight0: m, weight1: v, gradient0: m, gradient1: v, slot0: m, slot1: v, ...scalars };
    return tf.engine().runKernel('KindredUpdate', tensors, attributes);
  },
  KindredGlobalNorm: ({ m, v }) => tf.engine().runKernel('KindredGlobalNorm', { tensor0: m, tensor1: v }, { count: 2 }),
  KindredMoments: ({ image }) => tf.engine().runKernel('KindredMoments', { x: sixteenfold(image) }),
  KindredNormalise: ({ image, v }) => {
    const inputs = { x: sixteenfold(image), ...givenNorm(v), beta: sixteenfold(v) };
    return tf.engine().runKernel('KindredNormalise', inputs, { epsilon: 1e-5 });
  },
  KindredNormaliseGrad: ({ image, v }) => {
    const x = sixteenfold(image);
    return tf.engine().runKernel('KindredNormaliseGrad', { dy: x, x, ...givenNorm(v) }, { epsilon: 1e-5 });
  },
  KindredThroughStatistics: ({ image, v }) => {
    const x = sixteenfold(image);
    const inputs = { slope: x, x, ...givenNorm(v), dgamma: sixteenfold(v), dbeta: sixteenfold(v) };
    return tf.engine().runKernel('KindredThroughStatistics', inputs, { epsilon: 1e-5, count: 70 });
  },
  FusedBatchNormV3: ({ image, v }) =>
    tf.engine().runKernel('KindredBatchNorm', { x: image, gamma: v, beta: v }, { epsilon: 1e-5 }),
  FusedBatchNormGradV3: ({ image, v }) => {
    const inputs = { dy: image, x: image, gamma: v, reserve1: v, reserve2: v, reserve3: tf.tensor1d([]) };
    return tf.engine().runKernel('KindredBatchNormGrad', inputs, { epsilon: 1e-5 });
  },
  Fill: () => tf.engine().runKernel(tf.Fill, {}, { shape: [2, 5], value: 3, dtype: 'float32' }),
  Range: () => [tf.range(0, 10, 3, 'int32'), tf.range(5, -1, -2)],
  LinSpace: () => tf.linspace(0, 1, 7),
  OneHot: ({ indices }) => tf.oneHot(indices, 6),
};

interface Seen {
  readonly op: string;
  readonly outputs: readonly string[];
}

const describeOutput = (dtype: string, shape: readonly number[]) => `${dtype}[${shape.join(', ')}]`;

/** Every operation the native library was asked for, with the types of what it gave. */
function executed(run: (operands: Operands) => tf.TensorContainer): Seen[] {
  const backend = nativeBackend();
  const { binding } = backend;
  const seen: Seen[] = [];
  const executeOp: NativeBinding['executeOp'] = (op, attributes, inputs, count) => {
    const outputs = binding.executeOp(op, attributes, inputs, count);
    seen.push({ op, outputs: outputs.map(({ dtype, shape }) => describeOutput(dtypeOf(dtype), shape)) });
    return outputs;
  };
  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as NativeBinding;
  try {
    tf.tidy(() => {
      run({
        m: tf.tensor2d([0.5, 1, 2, 3, 1, 2], [2, 3]),
        v: tf.tensor1d([1, 2, 3]),
        image: tf.ones([2, 7, 5, 3]),
        indices: tf.tensor1d([0, 1, 1, 0], 'int32'),
        flags: tf.tensor2d([1, 0, 1, 1, 1, 0], [2, 3], 'bool'),
      });
    });
  } finally {
    backend.binding = binding;
  }
  return seen;
}

function recorded(run: (operands: Operands) => tf.TensorContainer): Seen[] {
  const program = recordProgram({
    state: new Map(),
    inputs: new Map(Object.entries(shapes)),
    run: (_state, inputs) => {
      run(inputs as unknown as Operands);
      return { state: {}, outputs: {} };
    },
  });
  return program.nodes
    .filter(({ op }) => op !== 'Input' && op !== 'Const')
    .map(({ op, outputs }) => ({ op, outputs: outputs.map(({ dtype, shape }) => describeOutput(dtype, shape)) }));
}

const reached = new Set<string>();

describe('shape functions', () => {
  for (const [op, run] of Object.entries(cases)) {
    it(`say what TensorFlow gives: ${op}`, () => {
      const real = executed(run);
      const once = [...new Map(real.map((seen) => [JSON.stringify(seen), seen])).values()];
      const told = [...new Map(recorded(run).map((seen) => [JSON.stringify(seen), seen])).values()];
      for (const seen of real) reached.add(seen.op);
      expect(real.map((seen) => seen.op)).toContain(op);
      expect(told).toEqual(once);
    });
  }

  afterAll(() => {
    const untried = [...shapeFunctions.keys()].filter((op) => !reached.has(op));
    expect(untried, 'shape functions that no case reaches').toEqual([]);
  });
});
