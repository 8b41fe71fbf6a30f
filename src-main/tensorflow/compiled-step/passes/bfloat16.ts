/**
 * Convolutions and what lies between them in bfloat16; weights, statistics, losses, optimizers stay float32.
 *
 * Every convolution and its gradients are narrowed, and so is each batch norm, ReLU, sum, pad, cut or pooling of
 * something narrow. Variables, updates and outputs keep their types: casts stand wherever the two worlds meet, one for
 * each value. Batch norm takes narrow values with float32 scale, shift and statistics, and computes in float32.
 */
import { CONVOLUTION, CONVOLUTION_GRADIENT, FILTER_GRADIENT } from '../../direct-convolution.ts';
import { MOMENTS, NORMALISE, NORMALISE_GRADIENT, THROUGH_STATISTICS } from '../../direct-norm.ts';
import type { DType } from '../../tf-dtype.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

interface Narrowing {
  /** Positions of the inputs that share the operation's type; null: all. */
  readonly inputs: readonly number[] | null;
  /** True: narrow wherever it stands. False: only when one of those inputs is narrow already. */
  readonly always: boolean;
  /** True: what comes out is float32 all the same. */
  readonly widens?: boolean;
}

const NARROWINGS: ReadonlyMap<string, Narrowing> = new Map([
  ['Conv2D', { inputs: [0, 1], always: true }],
  ['Conv2DBackpropInput', { inputs: [1, 2], always: true }],
  ['Conv2DBackpropFilter', { inputs: [0, 2], always: true }],
  [CONVOLUTION, { inputs: [0, 1], always: true }],
  [CONVOLUTION_GRADIENT, { inputs: [0, 1], always: true }],
  [FILTER_GRADIENT, { inputs: [0, 1], always: true, widens: true }],
  ['FusedBatchNormV3', { inputs: [0], always: false }],
  ['FusedBatchNormGradV3', { inputs: [0, 1], always: false }],
  [MOMENTS, { inputs: [0], always: false, widens: true }],
  [NORMALISE, { inputs: [0], always: false }],
  [NORMALISE_GRADIENT, { inputs: [0, 1], always: false }],
  [THROUGH_STATISTICS, { inputs: [0, 1], always: false }],
  ['Relu', { inputs: [0], always: false }],
  ['ReluGrad', { inputs: [0, 1], always: false }],
  ['Add', { inputs: [0, 1], always: false }],
  ['AddV2', { inputs: [0, 1], always: false }],
  ['AddN', { inputs: null, always: false }],
  ['BiasAdd', { inputs: [0, 1], always: false }],
  ['Pad', { inputs: [0], always: false }],
  ['PadV2', { inputs: [0, 2], always: false }],
  ['Slice', { inputs: [0], always: false }],
  ['MaxPool', { inputs: [0], always: false }],
  ['MaxPoolGrad', { inputs: [0, 1, 2], always: false }],
]);

export function bfloat16(program: Program): Program {
  return rewriteProgram(
    program,
    (node, builder, index) => place(program, index, node, builder),
    (ref, old, builder) => castTo(typeOf(program, old).dtype, ref, builder),
  );
}

function place(program: Program, index: number, node: ProgramNode, builder: ProgramBuilder): readonly Ref[] {
  // What was widened before counts as narrow: it is widened again where that is needed.
  const widenedFrom = node.op === 'Cast' ? node.inputs[0]! : null;
  if (widenedFrom !== null && typeOf(builder, widenedFrom).dtype === 'bfloat16') return [widenedFrom];
  const narrowing = NARROWINGS.get(node.op);
  const positions = narrowing?.inputs ?? node.inputs.map((_, position) => position);
  if (narrowing !== undefined && isNarrowed(node, narrowing, positions, builder))
    return narrowed(node, narrowing, positions, builder);
  const asRecorded = node.inputs.map((ref, i) =>
    castTo(typeOf(program, program.nodes[index]!.inputs[i]!).dtype, ref, builder),
  );
  return builder.addNode({ ...node, inputs: asRecorded });
}

/** Sums count when all their terms are images: a bias is not worth its precision. */
function isNarrowed(
  { op, inputs }: ProgramNode,
  { always }: Narrowing,
  positions: readonly number[],
  builder: ProgramBuilder,
): boolean {
  const types = positions.map((position) => typeOf(builder, inputs[position]!));
  if (always) return true;
  if (op.startsWith('Add') && types.some(({ shape }) => shape.length !== 4)) return false;
  return types.some(({ dtype }) => dtype === 'bfloat16');
}

/** The node in bfloat16: its typed inputs cast, `T` changed, and its first output (the image) narrow unless it widens. */
function narrowed(
  node: ProgramNode,
  { widens }: Narrowing,
  positions: readonly number[],
  builder: ProgramBuilder,
): readonly Ref[] {
  const inputs = node.inputs.map((ref, i) =>
    positions.includes(i) ? castTo('bfloat16', ref, builder) : widened(ref, builder),
  );
  const attributes: Attributes = { ...node.attributes, T: { kind: 'type', value: 'bfloat16' } };
  const outputs = node.outputs.map((type, i) => (i === 0 ? { ...type, dtype: 'bfloat16' as const } : type));
  return builder.addNode({ ...node, inputs, outputs: widens === true ? node.outputs : outputs, attributes });
}

function widened(ref: Ref, builder: ProgramBuilder): Ref {
  return typeOf(builder, ref).dtype === 'bfloat16' ? castTo('float32', ref, builder) : ref;
}

function castTo(dtype: DType, ref: Ref, builder: ProgramBuilder): Ref {
  const type = typeOf(builder, ref);
  return type.dtype === dtype ? ref : builder.cast(ref, type, dtype);
}
