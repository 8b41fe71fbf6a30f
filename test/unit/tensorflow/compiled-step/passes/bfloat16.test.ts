import { describe, expect, it } from 'vitest';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { typeOf, type Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import { contrastiveDefinition } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

function recordedStep(): Program {
  const { state, inputs, step } = contrastiveDefinition(smallRecipe());
  return recordProgram({ state, inputs, run: step });
}

const outputTypes = (program: Program, op: string) =>
  new Set(program.nodes.filter((node) => node.op === op).map(({ outputs }) => outputs[0]!.dtype));

describe('bfloat16', () => {
  const program = () => bfloat16(recordedStep());

  it('narrows convolutions, their gradients, and the ReLUs, sums and pads between them', () => {
    const narrowed = program();
    for (const op of ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 'PadV2']) {
      expect([...outputTypes(narrowed, op)], op).toEqual(['bfloat16']);
    }
    const rank4 = narrowed.nodes.filter(({ op, outputs }) => op === 'Relu' && outputs[0]!.shape.length === 4);
    expect(rank4.length).toBeGreaterThan(10);
    expect(rank4.every(({ outputs }) => outputs[0]!.dtype === 'bfloat16')).toBe(true);
  });

  it('leaves statistics, products, loss and optimizer in float32', () => {
    const narrowed = program();
    const norms = narrowed.nodes.filter(({ op }) => op === 'FusedBatchNormV3');
    expect(norms.map(({ outputs }) => outputs[1]!.dtype)).toEqual(norms.map(() => 'float32'));
    for (const op of ['BatchMatMulV2', 'Exp', 'Log', 'Sub', 'Mul', 'Sum']) {
      expect([...outputTypes(narrowed, op)], op).toEqual(['float32']);
    }
    for (const ref of [...narrowed.updates.values(), ...narrowed.outputs.values()]) {
      expect(typeOf(narrowed, ref).dtype).toBe('float32');
    }
  });

  it('feeds no operation two types where it takes one', () => {
    const narrowed = program();
    for (const node of narrowed.nodes.filter(({ op }) => ['Add', 'AddN', 'ReluGrad', 'Conv2D'].includes(op))) {
      expect(new Set(node.inputs.map((ref) => typeOf(narrowed, ref).dtype)).size, node.op).toBe(1);
    }
  });
});
