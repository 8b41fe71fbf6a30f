/**
 * Batch norms as operations of ours (`native/fused-norm.h`), with the ReLU after them and the residual sum between where
 * there are such; backward too.
 *
 *   relu(norm(x))          → KindredBatchNorm(x), rectified
 *   relu(norm(x) + side)   → KindredBatchNorm(x, side), rectified
 *   norm(x)                → KindredBatchNorm(x)
 *   norm'(relu'(a + b))    → KindredBatchNormGrad(a, b)    with relu' itself handed on where a side needs it
 *
 * A norm is fused with both its directions or not at all, since the two keep other things between them.
 */
import { BATCH_NORM, BATCH_NORM_GRADIENT, fitsNorm } from '../../direct-norm.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { findFusibleNorms, isTrainingNorm, type FusibleNorm } from './fusible-norms.ts';
import { rewriteProgram, type PlacedRefs } from './rewrite-program.ts';

export function fuseNorms(program: Program): Program {
  const found = findFusibleNorms(program);
  const byRelu = new Map(found.map((norm) => [norm.relu, norm]));
  const byReluGradient = new Map(
    found.flatMap((norm) => (norm.back === null ? [] : [[norm.back.relu, norm] as const])),
  );
  const isReplaced = new Set(found.flatMap(({ norm, sum, back }) => [norm, sum, back?.sum ?? null]));
  const gradients = new Map(found.flatMap(({ back }) => (back === null ? [] : [[back.norm, back.relu] as const])));
  return rewriteProgram(program, (node, builder, index, placed) => {
    const forward = byRelu.get(index);
    if (forward !== undefined) return placeForward(program, forward, builder, placed);
    const backward = byReluGradient.get(index);
    if (backward !== undefined) return placeBackward(program, backward, builder, placed);
    const gradientOf = gradients.get(index);
    if (gradientOf !== undefined) return placed[index]!;
    if (isReplaced.has(index)) return [];
    return placeAlone(program, index, node, builder);
  });
}

/** A norm that nothing is fused with, or its gradient; any other node as it is. */
function placeAlone(program: Program, index: number, node: ProgramNode, builder: ProgramBuilder): readonly Ref[] {
  const typed = { T: node.attributes['T']! };
  if (isDirectNorm(node)) {
    const [x, gamma, beta] = node.inputs as [Ref, Ref, Ref];
    const attributes: Attributes = { ...typed, ...counts(0, false), epsilon: node.attributes['epsilon']! };
    const [image, numbers] = [node.outputs[0]!, node.outputs[1]!];
    const refs = builder.add(BATCH_NORM, [x, gamma, beta], attributes, [image, numbers, numbers, numbers]);
    return reserved(refs);
  }
  const norm = node.op === 'FusedBatchNormGradV3' ? program.nodes[program.nodes[index]!.inputs[3]!.node] : undefined;
  if (norm === undefined || !isDirectNorm(norm)) return builder.addNode(node);
  const [dy, x, gamma, mean, inverse] = node.inputs as [Ref, Ref, Ref, Ref, Ref];
  const attributes: Attributes = { ...typed, ...counts(0, false), parts: { kind: 'int', value: 1 } };
  return builder.add(BATCH_NORM_GRADIENT, [dy, x, gamma, mean, inverse], attributes, node.outputs.slice(0, 3));
}

function isDirectNorm(node: ProgramNode): boolean {
  return isTrainingNorm(node) && fitsNorm(node.outputs[0]!.shape);
}

function counts(sides: number, isRectified: boolean): Attributes {
  return { sides: { kind: 'int', value: sides }, rectified: { kind: 'int', value: isRectified ? 1 : 0 } };
}

/** Refs in the places of a `FusedBatchNormV3`'s: y, mean, unbiased variance, and what is kept for the gradient. */
function reserved(refs: readonly Ref[]): readonly Ref[] {
  const [y, mean, variance, inverse] = refs as readonly [Ref, Ref, Ref, Ref];
  return [y, mean, variance, mean, inverse];
}

/** @returns the ReLU's ref. The norm's statistics are put in its own place: mean and unbiased variance, as they were. */
function placeForward(
  program: Program,
  found: FusibleNorm,
  builder: ProgramBuilder,
  placed: PlacedRefs,
): readonly Ref[] {
  const moved = (ref: Ref): Ref => placed[ref.node]![ref.output]!;
  const norm = program.nodes[found.norm]!;
  const [x, gamma, beta] = norm.inputs.map(moved) as [Ref, Ref, Ref];
  const side = found.side === null ? [] : [moved(found.side)];
  const [image, numbers] = [norm.outputs[0]!, norm.outputs[1]!];
  const attributes: Attributes = {
    T: norm.attributes['T']!,
    ...counts(side.length, true),
    epsilon: norm.attributes['epsilon']!,
  };
  const outputs = [image, numbers, numbers, numbers];
  placed[found.norm] = reserved(builder.add(BATCH_NORM, [x, gamma, beta, ...side], attributes, outputs));
  return placed[found.norm]!.slice(0, 1);
}

/** Placed where the ReLU's gradient stood; the norm's gradients are put in their own place before it is reached. */
function placeBackward(
  program: Program,
  found: FusibleNorm,
  builder: ProgramBuilder,
  placed: PlacedRefs,
): readonly Ref[] {
  const moved = (ref: Ref): Ref => placed[ref.node]![ref.output]!;
  const back = found.back!;
  const norm: ProgramNode = program.nodes[found.norm]!;
  const [x, gamma, beta] = norm.inputs.map(moved) as [Ref, Ref, Ref];
  const [y, mean, , , inverse] = placed[found.norm]! as readonly [Ref, Ref, Ref, Ref, Ref];
  const sides = found.side === null ? [] : [y];
  const parts = back.parts.map(moved);
  const attributes: Attributes = {
    T: norm.attributes['T']!,
    ...counts(sides.length, true),
    parts: { kind: 'int', value: parts.length },
  };
  const image = typeOf(builder, x);
  const numbers = typeOf(builder, gamma);
  const outputs = [image, numbers, numbers, ...sides.map(() => image)];
  const inputs = [...parts, x, gamma, beta, mean, inverse, ...sides];
  const refs = builder.add(BATCH_NORM_GRADIENT, inputs, attributes, outputs);
  placed[back.norm] = refs.slice(0, 3);
  return refs.slice(3);
}
