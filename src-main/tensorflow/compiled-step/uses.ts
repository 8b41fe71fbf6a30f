import type { Program } from './program.ts';

/** Index of the node that reads an output; past the end of the program for an update or an output. */
export interface Use {
  readonly output: number;
  readonly by: number;
}

/** Who reads each node's outputs, by node, in the order of the program. */
export function usesOf({ nodes, updates, outputs }: Program): readonly (readonly Use[])[] {
  const uses: Use[][] = nodes.map(() => []);
  nodes.forEach(({ inputs }, by) => inputs.forEach(({ node, output }) => uses[node]!.push({ output, by })));
  for (const { node, output } of [...updates.values(), ...outputs.values()]) {
    uses[node]!.push({ output, by: nodes.length });
  }
  return uses;
}
