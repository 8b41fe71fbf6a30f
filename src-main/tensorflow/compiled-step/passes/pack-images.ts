/**
 * Images that are fed or fetched, float32 of rank 4, as bfloat16, two in each int32, [n · h · w · c / 2]: half the memory
 * for whoever holds them between two runs, and nothing is lost that the bfloat16 pass, which comes before, has not
 * narrowed anyway. An odd number of values is left as it is.
 *
 * The binding can't read bfloat16, so int32 stands for it. What one function gives another takes back as it is.
 */
import { constantFrom } from '../constant-values.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { elementCount, typeOf, type Program, type Ref, type TensorType } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

export function packImages(program: Program): Program {
  const rewritten = rewriteProgram(program, (node, builder) => {
    const type = node.outputs[0];
    if (node.op !== 'Input' || type === undefined || !isImage(type)) return withoutDetour(node, builder);
    const half = elementCount(type) / 2;
    const packed = builder.input(node.label!, { dtype: 'int32', shape: [half] });
    const pairs = bitcast(packed, 'int32', { dtype: 'bfloat16', shape: [half, 2] }, builder);
    const narrow = reshape(pairs, { dtype: 'bfloat16', shape: type.shape }, builder);
    return [builder.cast(narrow, { ...type, dtype: 'bfloat16' }, 'float32')];
  });
  return packedOutputs(rewritten);
}

function isImage(type: TensorType): boolean {
  return type.dtype === 'float32' && type.shape.length === 4 && elementCount(type) % 2 === 0;
}

/** A cast to bfloat16 of what was widened from bfloat16 is what it was widened from. */
function withoutDetour(node: Program['nodes'][number], builder: ProgramBuilder): readonly Ref[] {
  const from = node.inputs[0];
  if (node.op === 'Cast' && node.outputs[0]!.dtype === 'bfloat16' && from !== undefined) {
    const before = builder.nodes[from.node]!;
    const origin = before.op === 'Cast' ? before.inputs[0]! : null;
    if (origin !== null && typeOf(builder, origin).dtype === 'bfloat16') return [origin];
  }
  return builder.addNode(node);
}

function packedOutputs(program: Program): Program {
  return rewriteProgram(
    program,
    (node, builder) => builder.addNode(node),
    (ref, old, builder) => {
      const type = typeOf(program, old);
      if (!isImage(type) || isUpdate(program, old)) return ref;
      const before = builder.nodes[ref.node]!;
      const origin = before.op === 'Cast' ? before.inputs[0]! : null;
      const isNarrow = origin !== null && typeOf(builder, origin).dtype === 'bfloat16';
      const narrow = isNarrow ? origin : builder.cast(ref, type, 'bfloat16');
      const half = elementCount(type) / 2;
      const pairs = reshape(narrow, { dtype: 'bfloat16', shape: [half, 2] }, builder);
      return bitcast(pairs, 'bfloat16', { dtype: 'int32', shape: [half] }, builder);
    },
  );
}

/** A variable's next value keeps its type. (A kernel is of rank 4 too.) */
function isUpdate({ updates }: Program, { node, output }: Ref): boolean {
  return [...updates.values()].some((ref) => ref.node === node && ref.output === output);
}

function reshape(ref: Ref, to: TensorType, builder: ProgramBuilder): Ref {
  const shapeType: TensorType = { dtype: 'int32', shape: [to.shape.length] };
  const shape = builder.constant(constantFrom(shapeType, Int32Array.from(to.shape)));
  const attributes = { T: { kind: 'type', value: to.dtype }, Tshape: { kind: 'type', value: 'int32' } } as const;
  return builder.add('Reshape', [ref, shape], attributes, [to])[0]!;
}

function bitcast(ref: Ref, from: TensorType['dtype'], to: TensorType, builder: ProgramBuilder): Ref {
  const attributes = { T: { kind: 'type', value: from }, type: { kind: 'type', value: to.dtype } } as const;
  return builder.add('Bitcast', [ref], attributes, [to])[0]!;
}
