/** The head's weights and statistics, in the order of the forward pass. */
import { normParameters, statistics } from '../encoder/norm-parameters.ts';
import type { ParameterSpec, ParameterStart } from '../parameter-spec.ts';
import type { EncoderRecipe, Recipe } from '../recipe.ts';
import { headPlan, type DensePlan } from './head-plan.ts';

/** Deviation of the reference code's dense kernels. */
const REFERENCE_DEVIATION = 0.01;

export function headParameters(recipe: Pick<Recipe, 'encoder' | 'head'>): readonly ParameterSpec[] {
  return headPlan(recipe).flatMap((layer) => denseParameters(layer, recipe.encoder.init));
}

function denseParameters(layer: DensePlan, init: EncoderRecipe['init']): readonly ParameterSpec[] {
  const { path, inputs, outputs } = layer;
  const uniform: ParameterStart = { kind: 'uniform', limit: 1 / Math.sqrt(inputs) };
  const kernelStart: ParameterStart =
    init === 'reference' ? { kind: 'normal', deviation: REFERENCE_DEVIATION } : uniform;
  const biasStart: ParameterStart = init === 'reference' ? { kind: 'constant', value: 0 } : uniform;
  const specs: ParameterSpec[] = [
    { name: `${path}/kernel`, shape: [inputs, outputs], kind: 'kernel', start: kernelStart },
  ];
  if (layer.hasBias) specs.push({ name: `${path}/bias`, shape: [outputs], kind: 'bias', start: biasStart });
  if (layer.norm === 'full') specs.push(...normParameters(`${path}/bn`, outputs, { norm: 'batch', gamma: 1 }));
  if (layer.norm === 'scale') {
    const start: ParameterStart = { kind: 'constant', value: 1 };
    specs.push({ name: `${path}/bn/gamma`, shape: [outputs], kind: 'gamma', start });
    specs.push(...statistics(`${path}/bn`, outputs));
  }
  return specs;
}
