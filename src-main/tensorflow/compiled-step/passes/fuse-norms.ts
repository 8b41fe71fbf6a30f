/**
 * Batch norm with the ReLU after it, and the residual sum between them, as one operation of ours; backward too.
 *
 *   relu(norm(x))          → KindredBatchNormRelu(x)
 *   relu(norm(x) + side)   → KindredBatchNormRelu(x, side)
 *   norm'(relu'(a + b))    → KindredBatchNormReluGrad(a, b)    with relu' itself handed on where a side needs it
 *
 * A norm is fused with both its directions or not at all, since the two keep other things between them. The operations
 * are in `native/`; what they need is a CPU and channels in sixteens.
 */
import type { ProgramBuilder } from '../program-builder.ts';
import { typeOf, type Attributes, type Program, type ProgramNode, type Ref } from '../program.ts';
import { findFusibleNorms, type FusibleNorm } from './fusible-norms.ts';
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
    return isReplaced.has(index) ? [] : builder.addNode(node);
  });
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
    sides: { kind: 'int', value: side.length },
    epsilon: norm.attributes['epsilon']!,
  };
  const outputs = [image, numbers, numbers, numbers];
  const [y, mean, variance, inverse] = builder.add(
    'KindredBatchNormRelu',
    [x, gamma, beta, ...side],
    attributes,
    outputs,
  );
  placed[found.norm] = [y!, mean!, variance!, mean!, inverse!];
  return [y!];
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
    parts: { kind: 'int', value: parts.length },
    sides: { kind: 'int', value: sides.length },
  };
  const image = typeOf(builder, x);
  const numbers = typeOf(builder, gamma);
  const outputs = [image, numbers, numbers, ...sides.map(() => image)];
  const inputs = [...parts, x, gamma, beta, mean, inverse, ...sides];
  const refs = builder.add('KindredBatchNormReluGrad', inputs, attributes, outputs);
  placed[back.norm] = refs.slice(0, 3);
  return refs.slice(3);
}
