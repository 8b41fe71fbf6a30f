import type { StepBatch, StepInput } from '#training/ports.ts';
import type { TensorTypes } from '../compiled-step/record.ts';

/** What a step asks for, from a batch: its own inputs, and the scalars `learningRate` and `step`. */
export function batchInputs(types: TensorTypes, batch: StepBatch): ReadonlyMap<string, StepInput> {
  const scalars: Readonly<Record<string, number>> = { learningRate: batch.learningRate, step: batch.step };
  const inputs = new Map<string, StepInput>();
  for (const name of types.keys()) {
    const scalar = scalars[name];
    const given = batch.inputs.get(name) ?? (scalar === undefined ? undefined : scalarInput(scalar));
    if (given === undefined) throw new Error(`The batch of step ${batch.step} has no input "${name}".`);
    inputs.set(name, given);
  }
  return inputs;
}

function scalarInput(value: number): StepInput {
  return { shape: [], dtype: 'float32', values: Float32Array.of(value) };
}
