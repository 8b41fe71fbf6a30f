/**
 * The ReLU after a norm by given statistics as part of it, forward and backward:
 *
 *   relu(normalise(x))               → normalise(x), rectified
 *   normalise'(relu'(dy, y), x)      → normalise'(dy, x), rectified, where y is that rectified norm of x
 */
import { NORMALISE, NORMALISE_GRADIENT } from '../../direct-norm.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { nodeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function rectifyGivenNorms(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    if (node.op === 'Relu') return forward(node, builder) ?? builder.addNode(node);
    if (node.op === NORMALISE_GRADIENT) return backward(node, builder) ?? builder.addNode(node);
    return builder.addNode(node);
  });
}

function forward(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const norm = nodeOf(builder, node.inputs[0]!);
  if (norm.op !== NORMALISE || isRectified(norm)) return null;
  return builder.add(NORMALISE, norm.inputs, rectified(norm.attributes), node.outputs);
}

function backward(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const [dy, x] = node.inputs as [Ref, Ref];
  const relu = nodeOf(builder, dy);
  if (relu.op !== 'ReluGrad' || isRectified(node)) return null;
  const norm = nodeOf(builder, relu.inputs[1]!);
  if (norm.op !== NORMALISE || !isRectified(norm) || !isSame(norm.inputs[0]!, x)) return null;
  const beta = norm.inputs[4]!;
  const inputs = [relu.inputs[0]!, ...node.inputs.slice(1), beta];
  return builder.add(NORMALISE_GRADIENT, inputs, rectified(node.attributes), node.outputs);
}

const isSame = (a: Ref, b: Ref): boolean => a.node === b.node && a.output === b.output;

function isRectified({ attributes }: ProgramNode): boolean {
  const attribute = attributes['rectified'];
  return attribute?.kind === 'int' && attribute.value === 1;
}

function rectified(attributes: Attributes): Attributes {
  return { ...attributes, rectified: { kind: 'int', value: 1 } };
}
