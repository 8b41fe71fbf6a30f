/** What is in a graph, for a person to read. */
import { TF_DTYPE, type DType } from '../tf-dtype.ts';
import type { GraphDefinition } from './graph-definition.ts';
import { elementCount } from './program.ts';

export interface GraphSummary {
  /** Nodes by operation, most frequent first. */
  readonly nodesByOp: ReadonlyMap<string, number>;
  readonly nodeCount: number;
  readonly variableCount: number;
  readonly variableBytes: number;
  readonly constantBytes: number;
}

const WIDTH_BYTES: Readonly<Partial<Record<DType, number>>> = {
  float32: 4,
  int32: 4,
  uint8: 1,
  bool: 1,
  int64: 8,
  bfloat16: 2,
};

export function graphSummary({ nodes, variables }: GraphDefinition): GraphSummary {
  const counts = new Map<string, number>();
  let constantBytes = 0;
  for (const { op, attributes } of nodes) {
    counts.set(op, (counts.get(op) ?? 0) + 1);
    for (const attribute of Object.values(attributes)) {
      if (attribute.kind === 'tensor') constantBytes += attribute.value.bytes.length;
    }
  }
  const variableBytes = [...variables.values()].reduce(
    (sum, type) => sum + elementCount(type) * widthOf(type.dtype),
    0,
  );
  return {
    nodesByOp: new Map([...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))),
    nodeCount: nodes.length,
    variableCount: variables.size,
    variableBytes,
    constantBytes,
  };
}

/** Several lines, without an end of line after the last. */
export function formatSummary(summary: GraphSummary): string {
  const head = [
    `${summary.nodeCount} nodes`,
    `${summary.variableCount} variables of ${megabytes(summary.variableBytes)}`,
    `constants of ${megabytes(summary.constantBytes)}`,
  ];
  const ops = [...summary.nodesByOp].map(([op, count]) => `${String(count).padStart(6)}  ${op}`);
  return [head.join(', '), ...ops].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function widthOf(dtype: DType): number {
  const width = WIDTH_BYTES[dtype];
  if (width === undefined) throw new Error(`${dtype} (${TF_DTYPE[dtype]}) has no fixed width.`);
  return width;
}
