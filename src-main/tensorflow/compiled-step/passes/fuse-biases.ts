/**
 * The bias of a convolution of ours, and what comes after it, as the end of the convolution (`native/convolution.h`):
 *
 *   convolution + bias                  → KindredBiasedConvolution
 *   relu(convolution + bias)            → the same, rectified
 *   relu(convolution + bias + side)     → the same with a side, rectified
 *
 * After convolutions of TensorFlow's own they stay as they are: it fuses them itself. In bfloat16 each is rounded as before.
 */
import { BIASED_CONVOLUTION, CONVOLUTION } from '../../direct-convolution.ts';
import { nodeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';
import { useCounts } from './use-counts.ts';

export function fuseBiases(program: Program): Program {
  const uses = useCounts(program);
  const isReadOnce = ({ node }: Ref): boolean => uses[node] === 1;
  return rewriteProgram(program, (node, builder, index) => {
    const old = program.nodes[index]!;
    const place = (before: ProgramNode, sides: readonly Ref[], isRectified: boolean): readonly Ref[] => {
      const attributes = ends(before.attributes, sides.length, isRectified);
      return builder.add(BIASED_CONVOLUTION, [...before.inputs, ...sides], attributes, node.outputs);
    };
    if (node.op === 'BiasAdd' && isReadOnce(old.inputs[0]!)) {
      const convolution = nodeOf(builder, node.inputs[0]!);
      const [, bias] = node.inputs;
      if (convolution.op === CONVOLUTION)
        return place({ ...convolution, inputs: [...convolution.inputs, bias!] }, [], false);
    }
    if (node.op === 'Relu' && isReadOnce(old.inputs[0]!)) {
      const before = nodeOf(builder, node.inputs[0]!);
      if (isBare(before)) return place(before, [], true);
      const oldSum = program.nodes[old.inputs[0]!.node]!;
      if (before.op === 'Add' || before.op === 'AddV2')
        for (const [i, term] of before.inputs.entries())
          if (isReadOnce(oldSum.inputs[i]!) && isBare(nodeOf(builder, term)))
            return place(nodeOf(builder, term), [before.inputs[1 - i]!], true);
    }
    return builder.addNode(node);
  });
}

/** A bias that nothing comes after yet. */
function isBare({ op, inputs, attributes }: ProgramNode): boolean {
  const rectified = attributes['rectified'];
  return op === BIASED_CONVOLUTION && inputs.length === 3 && rectified?.kind === 'int' && rectified.value === 0;
}

function ends(attributes: Attributes, sides: number, isRectified: boolean): Attributes {
  return {
    ...attributes,
    sides: { kind: 'int', value: sides },
    rectified: { kind: 'int', value: isRectified ? 1 : 0 },
  };
}
