/** Operations that keep a shape, or broadcast two or three. */
import type { ShapeFunction } from '../operation-call.ts';
import { broadcastShape } from './broadcast.ts';

const same: ShapeFunction = (call) => [call.input(0)];

const broadcast: ShapeFunction = (call) => [
  { dtype: call.input(0).dtype, shape: broadcastShape(call.shape(0), call.shape(1)) },
];

const compare: ShapeFunction = (call) => [{ dtype: 'bool', shape: broadcastShape(call.shape(0), call.shape(1)) }];

const test: ShapeFunction = (call) => [{ dtype: 'bool', shape: call.shape(0) }];

const choose: ShapeFunction = (call) => [
  {
    dtype: call.input(1).dtype,
    shape: broadcastShape(call.shape(0), broadcastShape(call.shape(1), call.shape(2))),
  },
];

/** Softmax works along the last axis and keeps the shape. */
const unary =
  'Abs Ceil Cos Elu Erf Exp Expm1 Floor Log Log1p Neg OnesLike Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign ' +
  'Sin Softmax Softplus Sqrt Square Tan Tanh ZerosLike';
const binary = 'Add Sub Mul RealDiv Maximum Minimum Pow SquaredDifference FloorDiv FloorMod';
const comparisons = 'Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr';

const each = (names: string, shape: ShapeFunction) => names.split(' ').map((name) => [name, shape] as const);

export const elementwise: ReadonlyMap<string, ShapeFunction> = new Map([
  ...each(unary, same),
  ...each(binary, broadcast),
  ...each(comparisons, compare),
  ...each('IsFinite IsInf IsNan LogicalNot', test),
  ...each('Select', choose),
  ...each('AddN ReluGrad EluGrad', same),
  ['Cast', (call) => [{ dtype: call.dtype('DstT'), shape: call.shape(0) }]],
]);
