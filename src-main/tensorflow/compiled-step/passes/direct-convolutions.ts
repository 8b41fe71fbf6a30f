/**
 * Convolutions 1 × 1 and 3 × 3 and their gradients by input as operations of ours (`native/convolution.h`). Runs before the
 * pass `bfloat16`, which narrows their inputs.
 */
import {
  CONVOLUTION,
  CONVOLUTION_GRADIENT,
  fitsConvolution,
  fitsConvolutionGradient,
} from '../../direct-convolution.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { directAttributes, plainConvolutionOf } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function directConvolutions(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    if (node.op === 'Conv2D') return convolution(node, builder) ?? builder.addNode(node);
    if (node.op === 'Conv2DBackpropInput') return gradient(node, builder) ?? builder.addNode(node);
    return builder.addNode(node);
  });
}

function convolution(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const [x, kernel] = node.inputs as [Ref, Ref];
  const { shape } = typeOf(builder, kernel);
  const plain = plainConvolutionOf(shape, node.attributes);
  if (plain === null || !fitsConvolution(plain, shape, node.outputs[0]!.shape)) return null;
  return builder.add(CONVOLUTION, [x, kernel], directAttributes(plain), node.outputs);
}

function gradient(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const [, kernel, dy] = node.inputs as [Ref, Ref, Ref];
  const { shape } = typeOf(builder, kernel);
  const plain = plainConvolutionOf(shape, node.attributes);
  const [, height, width] = node.outputs[0]!.shape as [number, number, number, number];
  if (plain === null || !fitsConvolutionGradient(plain, shape, node.outputs[0]!.shape)) return null;
  const attributes: Attributes = {
    ...directAttributes(plain),
    height: { kind: 'int', value: height },
    width: { kind: 'int', value: width },
  };
  return builder.add(CONVOLUTION_GRADIENT, [dy, kernel], attributes, node.outputs);
}
