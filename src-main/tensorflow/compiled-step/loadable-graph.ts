/** What of a graph is needed to run and to inspect it: small, quickly written down and read again. */
import { graphBytes } from './graph-bytes.ts';
import type { GraphDefinition } from './graph-definition.ts';
import { formatSummary, graphSummary } from './graph-summary.ts';

export interface LoadableGraph {
  /** A serialised GraphDef. */
  readonly graphDef: Uint8Array;
  readonly entryPoints: GraphDefinition['entryPoints'];
  /** For a person: nodes by operation, bytes of variables and constants. */
  readonly summary: string;
}

export function loadableGraph(graph: GraphDefinition): LoadableGraph {
  return {
    graphDef: graphBytes(graph),
    entryPoints: graph.entryPoints,
    summary: formatSummary(graphSummary(graph)),
  };
}
