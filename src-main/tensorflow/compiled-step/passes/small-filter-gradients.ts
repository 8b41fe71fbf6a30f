/**
 * Gradients of 3 × 3 kernels between few channels by an operation of ours (`native/filter-gradient.h`), which takes
 * bfloat16 and gives float32. Runs before the pass `bfloat16`, which narrows its inputs.
 *
 * With more channels TensorFlow's own is as fast.
 */
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Program, type ProgramNode, type Ref } from '../program.ts';
import { plainStride } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export const FILTER_GRADIENT = 'KindredFilterGradient';

const MOST_WEIGHTS = 128 * 128;
const LANES = 16;
/** Columns of the line in which the operation keeps a row; half of it at stride 2. */
const LINE = { 1: 38, 2: 19 } as const;

export function smallFilterGradients(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const stride = strideOf(node, builder);
    if (stride === null) return builder.addNode(node);
    const inputs = [node.inputs[0]!, node.inputs[2]!];
    return builder.add(FILTER_GRADIENT, inputs, { stride: { kind: 'int', value: stride } }, node.outputs);
  });
}

/** The stride of a convolution whose filter gradient is ours, else null. */
function strideOf({ op, inputs, attributes, outputs }: ProgramNode, builder: ProgramBuilder): 1 | 2 | null {
  if (op !== 'Conv2DBackpropFilter') return null;
  const [height, width, into, out] = outputs[0]!.shape as [number, number, number, number];
  if (height !== 3 || width !== 3 || into % LANES !== 0 || out % LANES !== 0 || into * out > MOST_WEIGHTS) return null;
  const stride = plainStride(attributes, 3);
  if (stride === null) return null;
  const columns = typeOf(builder, inputs[2] as Ref).shape[2]!;
  return columns <= LINE[stride] ? stride : null;
}
