/**
 * The bias of a convolution with what comes after it as one operation of ours (`native/fused-norm.h`):
 *
 *   convolution + bias                  → KindredBias
 *   relu(convolution + bias)            → KindredBias, rectified
 *   relu(convolution + bias + side)     → KindredBias(side), rectified
 *
 * After convolutions of TensorFlow's own they stay as they are: it fuses them itself. In bfloat16 each is rounded as before.
 */
import { CONVOLUTION } from '../../direct-convolution.ts';
import { BIAS, fitsNorm } from '../../direct-norm.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { nodeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function fuseBiases(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    if (node.op === 'BiasAdd') return placeBias(node, builder);
    return (node.op === 'Relu' ? placeRectified(node, builder) : null) ?? builder.addNode(node);
  });
}

function placeBias(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] {
  const isOurs = nodeOf(builder, node.inputs[0]!).op === CONVOLUTION && fitsNorm(node.outputs[0]!.shape);
  if (!isOurs) return builder.addNode(node);
  return builder.add(BIAS, node.inputs, ends(node.attributes, 0, false), node.outputs);
}

function placeRectified(relu: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const before = nodeOf(builder, relu.inputs[0]!);
  const place = (bias: ProgramNode, sides: readonly Ref[]): readonly Ref[] =>
    builder.add(BIAS, [...bias.inputs, ...sides], ends(bias.attributes, sides.length, true), relu.outputs);
  if (isBare(before)) return place(before, []);
  if (before.op !== 'Add' && before.op !== 'AddV2') return null;
  const [a, b] = before.inputs as [Ref, Ref];
  if (isBare(nodeOf(builder, a))) return place(nodeOf(builder, a), [b]);
  return isBare(nodeOf(builder, b)) ? place(nodeOf(builder, b), [a]) : null;
}

/** A bias that nothing is fused with yet. */
function isBare({ op, inputs, attributes }: ProgramNode): boolean {
  const rectified = attributes['rectified'];
  return op === BIAS && inputs.length === 2 && rectified?.kind === 'int' && rectified.value === 0;
}

function ends({ T }: Attributes, sides: number, isRectified: boolean): Attributes {
  return {
    T: T!,
    sides: { kind: 'int', value: sides },
    rectified: { kind: 'int', value: isRectified ? 1 : 0 },
  };
}
