import type { Program } from '../program.ts';

/** How often each node's outputs are read, by index: by other nodes, as an update or as an output. */
export function useCounts({ nodes, updates, outputs }: Program): readonly number[] {
  const counts = nodes.map(() => 0);
  const refs = [...nodes.flatMap(({ inputs }) => inputs), ...updates.values(), ...outputs.values()];
  for (const { node } of refs) counts[node]! += 1;
  return counts;
}
