import type { Program } from '../program.ts';
import { rewriteProgram } from './rewrite-program.ts';

/** Leaves out what neither an update nor an output needs. Inputs stay, so that a caller may always feed them. */
export function removeDeadNodes(program: Program): Program {
  const isNeeded = program.nodes.map((node) => node.op === 'Input');
  for (const ref of [...program.updates.values(), ...program.outputs.values()]) isNeeded[ref.node] = true;
  for (let i = program.nodes.length - 1; i >= 0; i--) {
    if (isNeeded[i]) for (const { node } of program.nodes[i]!.inputs) isNeeded[node] = true;
  }
  return rewriteProgram(program, (node, builder, index) => (isNeeded[index] ? builder.addNode(node) : []));
}
