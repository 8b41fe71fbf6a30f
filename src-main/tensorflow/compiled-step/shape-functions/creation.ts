/** Operations that make a tensor from little. */
import type { ShapeFunction } from '../operation-call.ts';

const range: ShapeFunction = (call) => {
  const [start, limit, step] = [call.constant(0)[0]!, call.constant(1)[0]!, call.constant(2)[0]!];
  return [{ dtype: call.dtype('Tidx'), shape: [Math.max(0, Math.ceil((limit - start) / step))] }];
};

const linSpace: ShapeFunction = (call) => [{ dtype: call.input(0).dtype, shape: [call.constant(2)[0]!] }];

/** The new axis is the last. */
const oneHot: ShapeFunction = (call) => [
  { dtype: call.input(2).dtype, shape: [...call.shape(0), call.constant(1)[0]!] },
];

export const creation: ReadonlyMap<string, ShapeFunction> = new Map([
  ['Fill', (call) => [{ dtype: call.input(1).dtype, shape: call.constant(0) }]],
  ['Range', range],
  ['LinSpace', linSpace],
  ['OneHot', oneHot],
]);
