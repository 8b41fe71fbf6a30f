import { describe, expect, it } from 'vitest';
import type { TrainingConfigInput } from '#contract/training-config.ts';
import { bfloat16 } from '#tensorflow/compiled-step/passes/bfloat16.ts';
import { fuseNorms } from '#tensorflow/compiled-step/passes/fuse-norms.ts';
import { removeDeadNodes } from '#tensorflow/compiled-step/passes/remove-dead-nodes.ts';
import { removeIdentityReshapes } from '#tensorflow/compiled-step/passes/remove-identity-reshapes.ts';
import type { Program } from '#tensorflow/compiled-step/program.ts';
import { recordProgram } from '#tensorflow/compiled-step/record.ts';
import type { TensorValues } from '#tensorflow/compiled-step/session.ts';
import { BATCH_NORM, BATCH_NORM_GRADIENT } from '#tensorflow/direct-norm.ts';
import { nativeAbilities } from '#tensorflow/native-abilities.ts';
import { contrastiveBatch, contrastiveDefinition, contrastiveState } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { runProgram } from '#test/support/run-program.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

const WIDE: TrainingConfigInput = { side: 16, batchSize: 8, encoder: { width: 0.25, zeroInitLastGamma: false } };

function recorded(changes: TrainingConfigInput = {}): Program {
  const { state, inputs, step } = contrastiveDefinition(smallRecipe({ ...WIDE, ...changes }));
  // Updates as outputs: what is compared is every next value.
  const run: typeof step = (current, given) => {
    const result = step(current, given);
    return { state: {}, outputs: { ...result.outputs, ...result.state } };
  };
  return removeIdentityReshapes(recordProgram({ state, inputs, run }));
}

function valuesOf(program: Program, changes: TrainingConfigInput = {}): ReadonlyMap<string, Float32Array> {
  const recipe = smallRecipe({ ...WIDE, ...changes });
  const { state: types } = contrastiveDefinition(recipe);
  const { inputs, learningRate, step } = contrastiveBatch(recipe, 0, 0.1);
  const scalar = (value: number) => ({ shape: [], values: Float32Array.of(value) });
  const given = new Map<string, TensorValues>([
    ...inputs,
    ['learningRate', scalar(learningRate)],
    ['step', scalar(step)],
  ]);
  return runProgram(program, given, { types, values: contrastiveState(recipe, 5) });
}

const count = ({ nodes }: Program, op: string) => nodes.filter((node) => node.op === op).length;
const countRectified = ({ nodes }: Program, op: string) =>
  nodes.filter(
    ({ op: name, attributes: { rectified } }) => name === op && rectified?.kind === 'int' && rectified.value === 1,
  ).length;
const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const distance = (a: Float32Array, b: Float32Array) => length(a.map((value, i) => value - b[i]!));

describe('fuseNorms', () => {
  const networks: readonly (readonly [string, TrainingConfigInput, number])[] = [
    ['ResNet-18', {}, 17],
    ['ResNet-50 with its pooled stem', { encoder: { depth: 50, stem: 'large', width: 0.25 }, side: 40 }, 49],
  ];
  it.each(networks)('fuses every norm below a ReLU of %s, forward and backward', (_name, changes, norms) => {
    const fused = removeDeadNodes(fuseNorms(recorded(changes)));
    expect(countRectified(fused, BATCH_NORM)).toBe(norms);
    expect(countRectified(fused, BATCH_NORM_GRADIENT)).toBe(norms);
    // Alone: the shortcuts' norms, and the head's.
    expect(count(fused, BATCH_NORM)).toBe(count(recorded(changes), 'FusedBatchNormV3'));
    expect(count(fused, BATCH_NORM_GRADIENT)).toBe(count(fused, BATCH_NORM));
  });

  it.each(networks)('changes no value of a step of %s by more than rounding', (_name, changes) => {
    if (!nativeAbilities().fusedNorms) return;
    const expected = valuesOf(recorded(changes), changes);
    const fused = valuesOf(fuseNorms(recorded(changes)), changes);
    expect([...fused.keys()]).toEqual([...expected.keys()]);
    for (const [name, values] of fused) {
      expect(distance(values, expected.get(name)!), name).toBeLessThan(2e-3 * length(expected.get(name)!) + 1e-5);
    }
    expect(Math.abs(fused.get('loss')![0]! - expected.get('loss')![0]!)).toBeLessThan(1e-5);
  });

  it('keeps to what bfloat16 gives without it', () => {
    if (!nativeAbilities().fusedNorms) return;
    const exact = valuesOf(recorded()).get('loss')![0]!;
    const narrow = valuesOf(bfloat16(recorded())).get('loss')![0]!;
    const fused = valuesOf(fuseNorms(bfloat16(recorded()))).get('loss')![0]!;
    expect(Math.abs(fused - exact)).toBeLessThan(Math.max(2 * Math.abs(narrow - exact), 5e-3));
  });

  it('leaves norms whose channels are no sixteens as they are', () => {
    const { state, inputs, step } = contrastiveDefinition(smallRecipe());
    const narrow = recordProgram({ state, inputs, run: step });
    // At 1/16 of the width the first group has 4 channels, the last 32.
    const channels = fuseNorms(narrow)
      .nodes.filter(({ op }) => op === BATCH_NORM)
      .map(({ outputs }) => outputs[0]!.shape.at(-1));
    expect(new Set(channels)).toEqual(new Set([16, 32]));
  });

  it('fuses nothing with a norm whose value something else reads too', () => {
    const program = recorded();
    const norm = program.nodes.findIndex(({ op }) => op === 'FusedBatchNormV3');
    const watched: Program = {
      ...program,
      outputs: new Map([...program.outputs, ['seen', { node: norm, output: 0 }]]),
    };
    expect(countRectified(removeDeadNodes(fuseNorms(watched)), BATCH_NORM)).toBe(16);
  });
});
