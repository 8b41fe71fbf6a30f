/**
 * Gradients of kernels 1 × 1 and 3 × 3 by an operation of ours (`native/filter-gradient.h`), which takes bfloat16 and gives
 * float32. Runs before the pass `bfloat16`, which narrows its inputs.
 */
import type { Attributes, Program, ProgramNode } from '../program.ts';
import { plainPad, plainStride } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export const FILTER_GRADIENT = 'KindredFilterGradient';

const LANES = 16;
const SIDES = [1, 3];

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
  const [side, width, into, out] = outputs[0]!.shape as [number, number, number, number];
  if (side !== width || !SIDES.includes(side) || into % LANES !== 0 || out % LANES !== 0) return null;
  const stride = plainStride(attributes, side);
  if (stride === null) return null;
  return {
    side: { kind: 'int', value: side },
    stride: { kind: 'int', value: stride },
    pad: { kind: 'int', value: plainPad(side, stride) },
  };
}
