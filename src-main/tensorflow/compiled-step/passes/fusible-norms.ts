/** Finds what `fuse-norms.ts` fuses. All numbers are indices of nodes in the program searched. */
import { fitsNorm } from '../../direct-norm.ts';
import { nodeOf, typeOf, type Program, type ProgramNode, type Ref } from '../program.ts';
import { usesOf, type Use } from '../uses.ts';

export interface FusibleNorm {
  readonly norm: number;
  /** The residual sum between norm and ReLU, and what it adds. */
  readonly sum: number | null;
  readonly side: Ref | null;
  readonly relu: number;
  /** null where the program takes no gradient. */
  readonly back: FusibleGradient | null;
}

export interface FusibleGradient {
  readonly relu: number;
  readonly norm: number;
  /** The sum that only the ReLU's gradient reads, and its terms; or the one gradient that comes in. */
  readonly sum: number | null;
  readonly parts: readonly Ref[];
}

export function findFusibleNorms(program: Program): readonly FusibleNorm[] {
  const uses = usesOf(program);
  // Two norms may meet in one sum (a block's and its shortcut's): the first has the ReLU, the other is its side.
  const byRelu = new Map<number, FusibleNorm>();
  program.nodes.forEach((node, index) => {
    const found = isTrainingNorm(node) && fitsNorm(node.outputs[0]!.shape) ? fusibleNorm(program, uses, index) : null;
    if (found !== null && !byRelu.has(found.relu)) byRelu.set(found.relu, found);
  });
  return [...byRelu.values()];
}

export function isTrainingNorm({ op, attributes }: ProgramNode): boolean {
  const training = attributes['is_training'];
  return op === 'FusedBatchNormV3' && training?.kind === 'bool' && training.value;
}

function fusibleNorm(program: Program, uses: readonly (readonly Use[])[], norm: number): FusibleNorm | null {
  const next = onlyReader(uses, norm);
  if (next === null) return null;
  const isSum = isPlainSum(program, next);
  const relu = isSum ? onlyReader(uses, next) : next;
  if (relu === null || program.nodes[relu]?.op !== 'Relu') return null;
  const statistics = uses[norm]!.filter(({ output }) => output > 0);
  if (statistics.some(({ by }) => by < relu)) return null;
  const readers = new Set(statistics.filter(({ output }) => output > 2).map(({ by }) => by));
  if (readers.size > 1) return null;
  const [gradient] = readers;
  const side = isSum ? program.nodes[next]!.inputs.find(({ node }) => node !== norm)! : null;
  const back = gradient === undefined ? null : fusibleGradient(program, uses, gradient, relu, side !== null);
  if (gradient !== undefined && back === null) return null;
  return { norm, sum: isSum ? next : null, side, relu, back };
}

function fusibleGradient(
  program: Program,
  uses: readonly (readonly Use[])[],
  norm: number,
  forwardRelu: number,
  hasSide: boolean,
): FusibleGradient | null {
  if (program.nodes[norm]?.op !== 'FusedBatchNormGradV3') return null;
  const relu = program.nodes[norm]!.inputs[0]!.node;
  const reluNode = program.nodes[relu]!;
  if (reluNode.op !== 'ReluGrad' || reluNode.inputs[1]!.node !== forwardRelu) return null;
  if (!hasSide && onlyReader(uses, relu) !== norm) return null;
  if (uses[norm]!.some(({ output }) => output > 2)) return null;
  const incoming = reluNode.inputs[0]!;
  const isSum = isPlainSum(program, incoming.node) && onlyReader(uses, incoming.node) === relu;
  const parts = isSum ? nodeOf(program, incoming).inputs : [incoming];
  return { relu, norm, sum: isSum ? incoming.node : null, parts };
}

/** Index of the single node that reads the first output, once; null when there are more, or none. */
function onlyReader(uses: readonly (readonly Use[])[], node: number): number | null {
  const readers = uses[node]!.filter(({ output }) => output === 0);
  return readers.length === 1 ? readers[0]!.by : null;
}

/** Of two different tensors of the same shape. */
function isPlainSum(program: Program, index: number): boolean {
  const node = program.nodes[index];
  if (node === undefined || !['Add', 'AddV2'].includes(node.op)) return false;
  const [a, b] = node.inputs.map((ref) => typeOf(program, ref).shape.join());
  return a === b && node.inputs[0]!.node !== node.inputs[1]!.node;
}
