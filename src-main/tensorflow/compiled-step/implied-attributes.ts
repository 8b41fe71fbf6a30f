import type { Attributes, TensorType } from './program.ts';

/** Attributes tfjs-node leaves out because an eager call infers them from its inputs; a graph wants them written. */
export function impliedAttributes(op: string, inputs: readonly TensorType[]): Attributes {
  if (op !== 'ExpandDims') return {};
  return { T: { kind: 'type', value: inputs[0]!.dtype }, Tdim: { kind: 'type', value: 'int32' } };
}
