/**
 * conv(x, W) · s + t, with s and t one number for each channel, becomes conv(x, W · s) + t as a bias.
 *
 * That is batch norm in inference: two passes over the activations become one over the kernel, and TensorFlow fuses the
 * bias (and a ReLU after it) into the convolution.
 */
import type { ProgramBuilder } from '../program-builder.ts';
import { nodeOf, typeOf, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';
import { useCounts } from './use-counts.ts';

export function foldScales(program: Program): Program {
  const uses = useCounts(program);
  return rewriteProgram(program, (node, builder, index) => {
    const found = findScaledConvolution(program, index, uses);
    return found === null ? builder.addNode(node) : [fold(found, node, builder)];
  });
}

interface ScaledConvolution {
  readonly convolution: ProgramNode;
  /** Position of the product among the sum's inputs, and of the convolution among the product's. */
  readonly productAt: 0 | 1;
  readonly convolutionAt: 0 | 1;
}

/** The pattern below one sum of the old program: each of its parts used by nothing else. */
function findScaledConvolution(program: Program, index: number, uses: readonly number[]): ScaledConvolution | null {
  const sum = program.nodes[index]!;
  if (sum.op !== 'Add') return null;
  for (const productAt of [0, 1] as const) {
    const product = soleUse(program, sum.inputs[productAt]!, 'Mul', uses);
    if (product === null || !isPerChannel(program, sum, 1 - productAt)) continue;
    for (const convolutionAt of [0, 1] as const) {
      const convolution = soleUse(program, product.inputs[convolutionAt]!, 'Conv2D', uses);
      if (convolution !== null && isPerChannel(program, product, 1 - convolutionAt)) {
        return { convolution, productAt, convolutionAt };
      }
    }
  }
  return null;
}

function soleUse(program: Program, ref: Ref, op: string, uses: readonly number[]): ProgramNode | null {
  const node = nodeOf(program, ref);
  return node.op === op && uses[ref.node] === 1 ? node : null;
}

/** A vector as long as the last axis of the other operand. */
function isPerChannel(program: Program, node: ProgramNode, position: number): boolean {
  const { shape } = typeOf(program, node.inputs[position]!);
  return shape.length === 1 && shape[0] === node.outputs[0]!.shape.at(-1);
}

/** @param sum with the refs of the new program, in which the convolution and the product stand already, unused. */
function fold(
  { convolution, productAt, convolutionAt }: ScaledConvolution,
  sum: ProgramNode,
  builder: ProgramBuilder,
): Ref {
  const product = nodeOf(builder, sum.inputs[productAt]!);
  const placed = nodeOf(builder, product.inputs[convolutionAt]!);
  const [image, kernel] = placed.inputs as [Ref, Ref];
  const [scale, shift] = [product.inputs[1 - convolutionAt]!, sum.inputs[1 - productAt]!];
  const scaled = builder.add('Mul', [kernel, scale], product.attributes, [typeOf(builder, kernel)])[0]!;
  const convolved = builder.add('Conv2D', [image, scaled], convolution.attributes, convolution.outputs)[0]!;
  const { T } = convolution.attributes;
  const attributes = { T: T!, data_format: { kind: 'string', value: 'NHWC' } } as const;
  return builder.add('BiasAdd', [convolved, shift], attributes, convolution.outputs)[0]!;
}
