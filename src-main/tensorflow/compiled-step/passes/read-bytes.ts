/**
 * Views are drawn from the bytes themselves, where a cast to whole numbers stood between (a recorded function has no
 * tensor of bytes): a copy of the canvas, four times its size, less in every step.
 */
import { nodeOf, typeOf, type Program } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

const DRAW_VIEWS = 'KindredDrawViews';

export function readBytes(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const [canvas, ...rest] = node.inputs;
    const cast = node.op === DRAW_VIEWS ? nodeOf(builder, canvas!) : null;
    const bytes = cast?.op === 'Cast' ? cast.inputs[0]! : null;
    if (bytes === null || typeOf(builder, bytes).dtype !== 'uint8') return builder.addNode(node);
    const attributes = { ...node.attributes, C: { kind: 'type', value: 'uint8' } } as const;
    return builder.add(node.op, [bytes, ...rest], attributes, node.outputs);
  });
}
