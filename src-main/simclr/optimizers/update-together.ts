import { engine, scalar, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import { UPDATE } from '../ops/kernel-names.ts';
import { isBiasOrNorm, type ParameterSpec } from '../parameter-spec.ts';
import type { OptimizerRecipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { slotName, slotNames } from './slot-names.ts';
import type { UpdateInputs } from './update.ts';

const RULES: readonly OptimizerRecipe['kind'][] = ['sgd', 'lars', 'adamw'];

/** `updatedState` by the backend's own kernel: all parameters that are treated alike in one operation. */
export function updateTogether(
  optimizer: OptimizerRecipe,
  specs: readonly ParameterSpec[],
  state: TensorMap,
  gradients: TensorMap,
  inputs: UpdateInputs,
): TensorMap {
  if (optimizer.kind === 'adamw' && inputs.step === null) throw new Error('AdamW needs the step among its inputs.');
  const isAdapted = (spec: ParameterSpec): boolean => optimizer.kind === 'lars' && !isBiasOrNorm(spec);
  const groups = [true, false].map((adapted) => specs.filter((spec) => isAdapted(spec) === adapted));
  return Object.assign(
    {},
    ...groups.flatMap((group, i) =>
      group.length === 0 ? [] : [updateGroup(optimizer, i === 0, namesOf(group), state, gradients, inputs)],
    ),
  ) as TensorMap;
}

const namesOf = (specs: readonly ParameterSpec[]): readonly string[] => specs.map(({ name }) => name);

function updateGroup(
  optimizer: OptimizerRecipe,
  isAdapted: boolean,
  names: readonly string[],
  state: TensorMap,
  gradients: TensorMap,
  { learningRate, step }: UpdateInputs,
): TensorMap {
  const slots = slotNames(optimizer).flatMap((slot) => names.map((name) => slotName(slot, name)));
  const tensors: NamedTensorMap = { learningRate, step: step ?? scalar(0) };
  names.forEach((name, i) => {
    tensors[`weight${i}`] = tensorNamed(state, name);
    tensors[`gradient${i}`] = tensorNamed(gradients, name);
  });
  slots.forEach((slot, i) => {
    tensors[`slot${i}`] = tensorNamed(state, slot);
  });
  const { kind, momentum, nesterov, weightDecay, trustCoefficient, beta1, beta2, epsilon } = optimizer;
  const settings = { momentum, nesterov, weightDecay, trustCoefficient, beta1, beta2, epsilon, isAdapted };
  const attributes = { count: names.length, slots: slots.length, rule: RULES.indexOf(kind), ...settings };
  const next = engine().runKernel<Tensor[]>(UPDATE, tensors, attributes);
  return Object.fromEntries([...names, ...slots].map((name, i) => [name, next[i]!]));
}
