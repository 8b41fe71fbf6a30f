/**
 * Convolutions 1 × 1 and 3 × 3 and their gradients by input as operations of ours (`native/convolution.h`), in bfloat16.
 * Runs before the pass `bfloat16`, which narrows their inputs. The shapes are those that `fitsConvolution` knows.
 */
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { plainPad, plainStride } from './convolution-attributes.ts';
import { rewriteProgram } from './rewrite-program.ts';

export const CONVOLUTION = 'KindredConvolution';
export const CONVOLUTION_GRADIENT = 'KindredConvolutionGradient';

const LANES = 16;
/** From one pixel to the next of those that are read, in numbers: powers of two up to here. */
const MOST_STEP = 1024;
/** The least rows and columns of what is written; at stride 2 a gradient is written in two goes each way. */
const LEAST_SIDE = 4;
export const LEAST_GRADIENT_SIDE_AT_STRIDE_2 = 2 * LEAST_SIDE;

export function directConvolutions(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    if (node.op === 'Conv2D') return convolution(node, builder) ?? builder.addNode(node);
    if (node.op === 'Conv2DBackpropInput') return gradient(node, builder) ?? builder.addNode(node);
    return builder.addNode(node);
  });
}

function convolution(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const [x, kernel] = node.inputs as [Ref, Ref];
  const [side, stride] = plainKernel(node, kernel, builder);
  const [, , into, out] = typeOf(builder, kernel).shape as [number, number, number, number];
  const [, height, width] = node.outputs[0]!.shape as [number, number, number, number];
  if (side === null || !isStep(into * stride) || out % LANES !== 0 || Math.min(height, width) < LEAST_SIDE) return null;
  return builder.add(CONVOLUTION, [x, kernel], attributesOf(side, stride), node.outputs);
}

function gradient(node: ProgramNode, builder: ProgramBuilder): readonly Ref[] | null {
  const [, kernel, dy] = node.inputs as [Ref, Ref, Ref];
  const [side, stride] = plainKernel(node, kernel, builder);
  const [, , into, out] = typeOf(builder, kernel).shape as [number, number, number, number];
  const [, height, width] = node.outputs[0]!.shape as [number, number, number, number];
  if (side === null || !isStep(out) || into % LANES !== 0 || Math.min(height, width) < LEAST_SIDE * stride) return null;
  const attributes: Attributes = {
    ...attributesOf(side, stride),
    height: { kind: 'int', value: height },
    width: { kind: 'int', value: width },
  };
  return builder.add(CONVOLUTION_GRADIENT, [dy, kernel], attributes, node.outputs);
}

/** Side and stride of a kernel of ours; a side of null where it is none. */
function plainKernel(
  { attributes }: ProgramNode,
  kernel: Ref,
  builder: ProgramBuilder,
): readonly [1 | 3 | null, number] {
  const [height, width] = typeOf(builder, kernel).shape;
  if (height !== width || (height !== 1 && height !== 3)) return [null, 1];
  const stride = plainStride(attributes, height);
  return stride === null ? [null, 1] : [height, stride];
}

function isStep(step: number): boolean {
  return step >= LANES && step <= MOST_STEP && Number.isInteger(Math.log2(step));
}

function attributesOf(side: number, stride: number): Attributes {
  return {
    T: { kind: 'type', value: 'float32' },
    stride: { kind: 'int', value: stride },
    pad: { kind: 'int', value: plainPad(side, stride) },
  };
}
