/**
 * Gradients of kernels 1 × 1 and 3 × 3 by an operation of ours (`native/filter-gradient.h`), which gives float32 whatever it
 * takes. Runs before the pass `bfloat16`, which narrows its inputs.
 */
import { FILTER_GRADIENT, fitsFilterGradient } from '../../direct-convolution.ts';
import type { Attributes, Program, ProgramNode } from '../program.ts';
import { directAttributes, plainConvolutionOf } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function directFilterGradients(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const attributes = attributesOf(node);
    if (attributes === null) return builder.addNode(node);
    return builder.add(FILTER_GRADIENT, [node.inputs[0]!, node.inputs[2]!], attributes, node.outputs);
  });
}

/** Of a filter gradient that is ours, else null. */
function attributesOf({ op, attributes, outputs }: ProgramNode): Attributes | null {
  if (op !== 'Conv2DBackpropFilter') return null;
  const { shape } = outputs[0]!;
  const plain = plainConvolutionOf(shape, attributes);
  if (plain === null || !fitsFilterGradient(shape)) return null;
  return { ...directAttributes(plain), side: { kind: 'int', value: plain.side } };
}
