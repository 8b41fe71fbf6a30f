/** The encoder's weights and statistics, in the order of the forward pass. */
import type { ParameterSpec, ParameterStart } from '../parameter-spec.ts';
import type { EncoderRecipe } from '../recipe.ts';
import { normParameters } from './norm-parameters.ts';
import { resnetPlan, type BlockPlan, type ConvolutionPlan } from './resnet-plan.ts';

export function encoderParameters(encoder: EncoderRecipe): readonly ParameterSpec[] {
  const { stem, blocks } = resnetPlan(encoder);
  return [
    kernel(`${stem.path}/conv`, stem.kernel, 3, stem.channels, encoder.init),
    ...normParameters(`${stem.path}/bn`, stem.channels, { norm: encoder.norm, gamma: 1 }),
    ...blocks.flatMap((block) => blockParameters(block, encoder)),
  ];
}

/** Width of h. */
export function embeddingSize(encoder: EncoderRecipe): number {
  return resnetPlan(encoder).outputSize;
}

function blockParameters(block: BlockPlan, encoder: EncoderRecipe): readonly ParameterSpec[] {
  const lastGamma = encoder.zeroInitLastGamma ? 0 : 1;
  const last = block.convolutions.length - 1;
  return [
    ...block.convolutions.flatMap((plan, i) => convolutionAndNorm(plan, encoder, i === last ? lastGamma : 1)),
    ...(block.shortcut === null ? [] : convolutionAndNorm(block.shortcut, encoder, 1)),
  ];
}

function convolutionAndNorm(plan: ConvolutionPlan, encoder: EncoderRecipe, gamma: 0 | 1): readonly ParameterSpec[] {
  return [
    kernel(plan.convolution, plan.kernel, plan.inputs, plan.outputs, encoder.init),
    ...normParameters(plan.norm, plan.outputs, { norm: encoder.norm, gamma }),
  ];
}

/** A convolution's kernel, [side, side, inputs, outputs]. Convolutions have no bias: a normalisation follows each. */
function kernel(
  path: string,
  side: number,
  inputs: number,
  outputs: number,
  init: EncoderRecipe['init'],
): ParameterSpec {
  const fanIn = side * side * inputs;
  const fanOut = side * side * outputs;
  const starts: Readonly<Record<EncoderRecipe['init'], ParameterStart>> = {
    he: { kind: 'normal', deviation: Math.sqrt(2 / fanOut) },
    uniform: { kind: 'uniform', limit: 1 / Math.sqrt(fanIn) },
    reference: { kind: 'truncatedNormal', deviation: Math.sqrt(1 / fanIn) / TRUNCATED_DEVIATION },
  };
  const start = starts[init];
  return { name: `${path}/kernel`, shape: [side, side, inputs, outputs], kind: 'kernel', start };
}

/** Standard deviation of a standard normal cut at ± 2: dividing by it makes the variance after cutting the wanted one. */
const TRUNCATED_DEVIATION = 0.87962566103423978;
