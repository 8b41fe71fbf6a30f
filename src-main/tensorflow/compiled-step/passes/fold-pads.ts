/**
 * Zeros around images are left to our convolutions and their gradients, where they were an operation of their own:
 *
 *   conv(pad(x))           → conv(x), padded by 1
 *   slice(dconv/dx(dy))    → dconv/dx(dy), padded by 1: without the rows and columns that were cut off
 *   dconv/dW(pad(x), dy)   → dconv/dW(x, dy), padded by 1
 *
 * Runs after `directConvolutions` and `directFilterGradients`.
 */
import {
  CONVOLUTION,
  CONVOLUTION_GRADIENT,
  FILTER_GRADIENT,
  fitsConvolutionGradient,
} from '../../direct-convolution.ts';
import { valuesOf } from '../constant-values.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { nodeOf, typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

/** Before and after each axis of images: one row and one column on every side. */
const PADDINGS = [0, 0, 1, 1, 1, 1, 0, 0];
const CUT = [0, 1, 1, 0];

export function foldPads(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const isOfImages = node.op === CONVOLUTION || node.op === FILTER_GRADIENT;
    return (isOfImages ? unpadded(node, builder) : uncut(node, builder)) ?? builder.addNode(node);
  });
}

function unpadded(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const padded = nodeOf(builder, node.inputs[0]!);
  if (padded.op !== 'PadV2' || !isPadless(node)) return null;
  const [x, paddings, value] = padded.inputs as [Ref, Ref, Ref];
  if (!isConstant(builder, paddings, PADDINGS) || !isConstant(builder, value, [0])) return null;
  return builder.add(node.op, [x, ...node.inputs.slice(1)], padded1(node.attributes), node.outputs);
}

function uncut(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  if (node.op !== 'Slice') return null;
  const [whole, begin] = node.inputs as [Ref, Ref];
  const gradient = nodeOf(builder, whole);
  if (gradient.op !== CONVOLUTION_GRADIENT || !isPadless(gradient) || !isConstant(builder, begin, CUT)) return null;
  const [, height, width] = typeOf(builder, whole).shape;
  const [, inner, across] = node.outputs[0]!.shape;
  if (height !== inner! + 2 || width !== across! + 2) return null;
  const kernel = typeOf(builder, gradient.inputs[1]!).shape;
  if (!fitsConvolutionGradient({ side: 3, stride: 2, pad: 1 }, kernel, node.outputs[0]!.shape)) return null;
  const attributes: Attributes = {
    ...padded1(gradient.attributes),
    height: { kind: 'int', value: inner! },
    width: { kind: 'int', value: across! },
  };
  return builder.add(CONVOLUTION_GRADIENT, gradient.inputs, attributes, node.outputs);
}

function padded1(attributes: Attributes): Attributes {
  return { ...attributes, pad: { kind: 'int', value: 1 } };
}

function isPadless({ attributes }: ProgramNode): boolean {
  const { pad, stride } = attributes;
  return pad?.kind === 'int' && pad.value === 0 && stride?.kind === 'int' && stride.value === 2;
}

function isConstant(builder: ProgramBuilder, ref: Ref, expected: readonly number[]): boolean {
  const { op, attributes } = nodeOf(builder, ref);
  const value = attributes['value'];
  if (op !== 'Const' || value?.kind !== 'tensor') return false;
  const values = valuesOf(value.value);
  return values.length === expected.length && values.every((each, i) => each === expected[i]);
}
