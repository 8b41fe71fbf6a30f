import { typeOf, type Program } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

/**
 * Leaves out reshapes to the shape that is there already (tfjs's gradients of sums make them). They cost nothing
 * themselves, but a pass that narrows types would cast before and after each.
 */
export function removeIdentityReshapes(program: Program): Program {
  return rewriteProgram(program, (node, builder) => {
    const [from] = node.inputs;
    const isIdentity = node.op === 'Reshape' && typeOf(builder, from!).shape.join() === node.outputs[0]!.shape.join();
    return isIdentity ? [from!] : builder.addNode(node);
  });
}
