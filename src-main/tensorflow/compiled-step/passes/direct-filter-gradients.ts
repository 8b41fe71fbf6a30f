/**
 * Gradients of 3 × 3 kernels by an operation of ours (`native/filter-gradient.h`), which takes bfloat16 and gives
 * float32. Runs before the pass `bfloat16`, which narrows its inputs.
 */
import type { Program, ProgramNode } from '../program.ts';
import { plainStride } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export const FILTER_GRADIENT = 'KindredFilterGradient';

const LANES = 16;

export function directFilterGradients(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const stride = strideOf(node);
    if (stride === null) return builder.addNode(node);
    const inputs = [node.inputs[0]!, node.inputs[2]!];
    return builder.add(FILTER_GRADIENT, inputs, { stride: { kind: 'int', value: stride } }, node.outputs);
  });
}

/** The stride of a convolution whose filter gradient is ours, else null. */
function strideOf({ op, attributes, outputs }: ProgramNode): 1 | 2 | null {
  if (op !== 'Conv2DBackpropFilter') return null;
  const [height, width, into, out] = outputs[0]!.shape as [number, number, number, number];
  if (height !== 3 || width !== 3 || into % LANES !== 0 || out % LANES !== 0) return null;
  return plainStride(attributes, 3);
}
