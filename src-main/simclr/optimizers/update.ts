/** One update of all weights by the recipe's optimizer: a pure function of weights, gradients, slots and inputs. */
import { getBackend, getKernel, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { UPDATE } from '../ops/kernel-names.ts';
import { isBiasOrNorm, isTrainable, type ParameterSpec } from '../parameter-spec.ts';
import type { OptimizerRecipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { adamwUpdate } from './adamw.ts';
import { larsUpdate } from './lars.ts';
import { sgdUpdate } from './sgd.ts';
import { slotName, slotNames } from './slot-names.ts';
import { updateTogether } from './update-together.ts';

export interface UpdateInputs {
  /** float32 scalar. */
  readonly learningRate: Scalar;
  /** float32 scalar, updates made before this one; null but for AdamW. */
  readonly step: Scalar | null;
}

export interface ParameterUpdate {
  readonly weight: Tensor;
  /** In the order of `slotNames`. */
  readonly slots: readonly Tensor[];
}

/**
 * @param state weights and slots by name.
 * @param gradients by parameter name, one for each trainable parameter.
 * @returns the next weights and slots, by name; statistics are not among them.
 */
export function updatedState(
  optimizer: OptimizerRecipe,
  specs: readonly ParameterSpec[],
  state: TensorMap,
  gradients: TensorMap,
  inputs: UpdateInputs,
): TensorMap {
  const trainable = specs.filter(isTrainable);
  if (getKernel(UPDATE, getBackend()) !== undefined)
    return updateTogether(optimizer, trainable, state, gradients, inputs);
  const slots = slotNames(optimizer);
  const next: Record<string, Tensor> = {};
  for (const spec of trainable) {
    const { name } = spec;
    const current: ParameterUpdate = {
      weight: tensorNamed(state, name),
      slots: slots.map((slot) => tensorNamed(state, slotName(slot, name))),
    };
    const update = updateOne(optimizer, spec, current, tensorNamed(gradients, name), inputs);
    next[name] = update.weight;
    slots.forEach((slot, i) => {
      next[slotName(slot, name)] = update.slots[i]!;
    });
  }
  return next;
}

function updateOne(
  optimizer: OptimizerRecipe,
  spec: ParameterSpec,
  current: ParameterUpdate,
  gradient: Tensor,
  { learningRate, step }: UpdateInputs,
): ParameterUpdate {
  switch (optimizer.kind) {
    case 'sgd':
      return sgdUpdate(current, gradient, learningRate, optimizer);
    case 'lars':
      return larsUpdate(current, gradient, learningRate, optimizer, !isBiasOrNorm(spec));
    case 'adamw':
      if (step === null) throw new Error('AdamW needs the step among its inputs.');
      return adamwUpdate(current, gradient, { learningRate, step }, optimizer);
  }
}
