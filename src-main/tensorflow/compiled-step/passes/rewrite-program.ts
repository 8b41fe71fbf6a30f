import { ProgramBuilder } from '../program-builder.ts';
import type { Program, ProgramNode, Ref } from '../program.ts';

/** New refs of the old nodes' outputs, by old index. A pass that places a node early or late writes them here itself. */
export type PlacedRefs = (readonly Ref[])[];

/**
 * Writes a program anew, node by node.
 *
 * @param place puts a node (its inputs already being refs of the new program) into the builder, as it is or otherwise,
 *   and returns one ref for each of its outputs.
 * @param finish what becomes of the refs of updates and outputs; as they are when left out.
 */
export function rewriteProgram(
  program: Program,
  place: (node: ProgramNode, builder: ProgramBuilder, index: number, placed: PlacedRefs) => readonly Ref[],
  finish: (ref: Ref, old: Ref, builder: ProgramBuilder) => Ref = (ref) => ref,
): Program {
  const builder = new ProgramBuilder();
  const placed: PlacedRefs = [];
  const moved = (ref: Ref): Ref => placed[ref.node]![ref.output]!;
  program.nodes.forEach((node, index) => {
    placed[index] = place({ ...node, inputs: node.inputs.map(moved) }, builder, index, placed);
  });
  const end = (refs: ReadonlyMap<string, Ref>) =>
    new Map([...refs].map(([name, ref]) => [name, finish(moved(ref), ref, builder)]));
  return builder.finish(end(program.updates), end(program.outputs));
}
