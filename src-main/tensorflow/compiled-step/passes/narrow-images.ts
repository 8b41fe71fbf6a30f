/**
 * Images that one function gives another, float32 of rank 4, as bfloat16: half the memory for whoever holds them between two
 * runs (`session.ts`); the binding can't read them. `narrowInputs` comes before the pass `bfloat16`, which goes on with what
 * is narrow, `narrowOutputs` after it.
 */
import { typeOf, type Program, type Ref, type TensorType } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function narrowInputs(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const type = node.outputs[0];
    if (node.op !== 'Input' || type === undefined || !isImage(type)) return builder.addNode(node);
    const narrow: TensorType = { ...type, dtype: 'bfloat16' };
    return [builder.cast(builder.input(node.label!, narrow), narrow, 'float32')];
  });
}

export function narrowOutputs(program: Program): Program {
  return rewriteProgram(
    program,
    (node, builder) => builder.addNode(node),
    (ref, old, builder) => {
      const type = typeOf(program, old);
      if (!isImage(type) || isUpdate(program, old)) return ref;
      const { op, inputs } = builder.nodes[ref.node]!;
      const isWidened = op === 'Cast' && typeOf(builder, inputs[0]!).dtype === 'bfloat16';
      return isWidened ? inputs[0]! : builder.cast(ref, type, 'bfloat16');
    },
  );
}

function isImage({ dtype, shape }: TensorType): boolean {
  return dtype === 'float32' && shape.length === 4;
}

/** A variable's next value keeps its type. (A kernel is of rank 4 too.) */
function isUpdate({ updates }: Program, { node, output }: Ref): boolean {
  return [...updates.values()].some((ref) => ref.node === node && ref.output === output);
}
