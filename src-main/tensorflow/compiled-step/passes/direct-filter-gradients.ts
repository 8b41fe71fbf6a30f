/**
 * Gradients of 3 × 3 kernels by an operation of ours (`native/filter-gradient.h`), which takes bfloat16 and gives
 * float32. Runs before the pass `bfloat16`, which narrows its inputs.
 */
import type { Attributes, Program, ProgramNode } from '../program.ts';
import { plainPad, plainStride } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export const FILTER_GRADIENT = 'KindredFilterGradient';

const LANES = 16;
const SIDE = 3;

export function directFilterGradients(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const stride = strideOf(node);
    if (stride === null) return builder.addNode(node);
    const inputs = [node.inputs[0]!, node.inputs[2]!];
    const attributes: Attributes = {
      stride: { kind: 'int', value: stride },
      pad: { kind: 'int', value: plainPad(SIDE, stride) },
    };
    return builder.add(FILTER_GRADIENT, inputs, attributes, node.outputs);
  });
}

/** The stride of a convolution whose filter gradient is ours, else null. */
function strideOf({ op, attributes, outputs }: ProgramNode): 1 | 2 | null {
  if (op !== 'Conv2DBackpropFilter') return null;
  const [height, width, into, out] = outputs[0]!.shape as [number, number, number, number];
  if (height !== SIDE || width !== SIDE || into % LANES !== 0 || out % LANES !== 0) return null;
  return plainStride(attributes, SIDE);
}
