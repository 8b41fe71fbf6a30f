/**
 * One update of SimCLR: views → encoder → head → NT-Xent → gradients → optimizer.
 *
 * The step is a pure function of tensors. It assigns no variable, draws nothing, reads nothing back, and holds no
 * number that changes between steps: so it runs as it is on any backend, and can be recorded once and compiled.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics } from '../encoder/norm.ts';
import { encode } from '../encoder/resnet.ts';
import { project } from '../head/projection-head.ts';
import { contrastiveMeasures } from '../losses/contrastive-measures.ts';
import { ntXentLoss } from '../losses/nt-xent.ts';
import { GLOBAL_NORM } from '../ops/kernel-names.ts';
import { updatedState } from '../optimizers/update.ts';
import { isTrainable } from '../parameter-spec.ts';
import { parameterSpecs } from '../parameters.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { valueAndGradients } from '../value-and-gradients.ts';
import { runningStatistics } from './running-statistics.ts';

export interface StepResult {
  /** The complete next state, in the order of the state given. */
  readonly state: TensorMap;
  /** float32 scalars: `loss`, `gradientNorm` and those of `contrastiveMeasures`. */
  readonly outputs: TensorMap;
}

/** The caller owns what comes back and disposes the old state; nothing else is left behind. */
export type Step = (state: TensorMap, inputs: TensorMap) => StepResult;

/**
 * The step from views already drawn.
 *
 * Inputs: `views` float32 [2N, S, S, 3] in [0, 1], rows i and i + N two views of image i; `learningRate` float32
 * scalar; `step` float32 scalar, updates made before, where the optimizer is AdamW.
 */
export function contrastiveStepFromViews(recipe: Recipe): Step {
  const specs = parameterSpecs(recipe);
  const weightNames = specs.filter(isTrainable).map(({ name }) => name);
  return (state, inputs) =>
    tf.tidy(() => {
      const views = tensorNamed(inputs, 'views') as tf.Tensor4D;
      const weights = Object.fromEntries(weightNames.map((name) => [name, tensorNamed(state, name)]));
      const { value, gradients, others } = valueAndGradients(weights, () => lossOfViews(recipe, state, views));
      const { projections, ...batchStatistics } = others;
      const updated = updatedState(recipe.optimizer, specs, state, gradients, {
        learningRate: tensorNamed(inputs, 'learningRate') as tf.Scalar,
        step: (inputs['step'] ?? null) as tf.Scalar | null,
      });
      const next = { ...updated, ...runningStatistics(state, batchStatistics) };
      const measures = contrastiveMeasures(projections as tf.Tensor2D, recipe.loss.temperature);
      const outputs = { loss: value, gradientNorm: globalNorm(Object.values(gradients)), ...measures };
      return { state: inOrderOf(state, next), outputs } as StepResult & tf.TensorContainerObject;
    });
}

/** One forward pass over all 2N views together, so that batch norm sees both branches. */
function lossOfViews(recipe: Recipe, state: TensorMap, views: tf.Tensor4D) {
  const { projections, statistics } = projectViews(recipe, state, views);
  return { value: ntXentLoss(projections, recipe.loss.temperature), others: { projections, ...statistics } };
}

/** z of views in training, and the batch's statistics by the names of the running ones. */
export function projectViews(
  recipe: Recipe,
  state: TensorMap,
  views: tf.Tensor4D,
): { readonly projections: tf.Tensor2D; readonly statistics: TensorMap } {
  const collected: Record<string, BatchStatistics> = {};
  const pass = { parameters: state, batchStatistics: collected };
  const projections = project(encode(views, recipe.encoder, pass), recipe, pass);
  const statistics: Record<string, tf.Tensor> = {};
  for (const [path, { mean, variance }] of Object.entries(collected)) {
    statistics[`${path}/movingMean`] = mean;
    statistics[`${path}/movingVariance`] = variance;
  }
  return { projections, statistics };
}

/** √(Σ over all gradients of Σ g²). */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Tensor {
  if (tf.getKernel(GLOBAL_NORM, tf.getBackend()) !== undefined) {
    const tensors = Object.fromEntries(gradients.map((gradient, i) => [`tensor${i}`, gradient]));
    return tf.engine().runKernel(GLOBAL_NORM, tensors, { count: gradients.length });
  }
  return tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
}

function inOrderOf(state: TensorMap, next: TensorMap): TensorMap {
  return Object.fromEntries(Object.keys(state).map((name) => [name, tensorNamed(next, name)]));
}
