/**
 * A batch in chunks: the pure functions of which its step is made, each a pass over one chunk or over all projections.
 *
 *   clear        gradients to 0, running statistics copied aside
 *   forward      a chunk's views → its projections; the copied statistics take the chunk in
 *   lossBlock    some rows of the loss over all projections         (as often as there are blocks)
 *   lossSlope    ∂loss/∂projections
 *   backward     a chunk's views again, and their slope → gradients, added up
 *   apply        gradients → next weights and slots; the copied statistics become the state's
 *
 * Until `apply` only variables of the step's own change, so a step that fails leaves the state as it was. What a chunk
 * computed on the way forward is not kept but computed again: memory is that of one chunk.
 */
import * as tf from '@tensorflow/tfjs-core';
import { projectionSize } from '../head/head-plan.ts';
import { ntXentBlock, ntXentSlope } from '../losses/nt-xent-block.ts';
import { updatedState } from '../optimizers/update.ts';
import { isTrainable, type ParameterSpec } from '../parameter-spec.ts';
import { parameterSpecs, type SlotSpec } from '../parameters.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { valueAndGradients } from '../value-and-gradients.ts';
import { drawViews } from '../views/draw-views.ts';
import { viewPlan } from '../views/view-plan.ts';
import type { ChunkPlan } from './chunk-plan.ts';
import { globalNorm, projectViews, type StepResult } from './contrastive-step.ts';
import { runningStatistics } from './running-statistics.ts';
import { drawingInputSpecs, updateInputs, type StepInputSpec } from './step-inputs.ts';

/** (state and the step's own variables, inputs) → (next values of some of them, outputs). */
export interface ChunkFunction {
  readonly inputs: readonly StepInputSpec[];
  readonly run: (state: TensorMap, inputs: TensorMap) => StepResult;
}

export type ChunkFunctionName = 'clear' | 'forward' | 'lossBlock' | 'lossSlope' | 'backward' | 'apply';

/** Similarities that exist at once, 16 MB in float32. */
const BLOCK_SIMILARITIES = 2 ** 22;

/** Rows of the loss computed at once. */
export function lossBlockRows({ batchViews }: Pick<ChunkPlan, 'batchViews'>): number {
  return Math.min(batchViews, Math.max(16, Math.floor(BLOCK_SIMILARITIES / batchViews)));
}

/** Variables of a step's own, beside the state: `gradient/…` of each weight and `pending/…` of each statistic. */
export function chunkVariables(recipe: Pick<Recipe, 'encoder' | 'head'>): readonly SlotSpec[] {
  return parameterSpecs(recipe).map((spec) => ({ name: ownName(spec), shape: spec.shape }));
}

function ownName(spec: ParameterSpec): string {
  return `${isTrainable(spec) ? 'gradient' : 'pending'}/${spec.name}`;
}

/** @param canvasSide C of the run's canvas, in pixels. */
export function chunkFunctions(
  recipe: Recipe,
  plan: ChunkPlan,
  canvasSide: number,
): Readonly<Record<ChunkFunctionName, ChunkFunction>> {
  const drawn = drawingInputSpecs(recipe, plan.views, canvasSide);
  const columns = projectionSize(recipe);
  const projections: StepInputSpec = { name: 'projections', shape: [plan.batchViews, columns], dtype: 'float32' };
  const rows = lossBlockRows(plan);
  const block: readonly StepInputSpec[] = [
    { name: 'rows', shape: [rows], dtype: 'int32' },
    { name: 'weights', shape: [rows], dtype: 'float32' },
  ];
  const slope: StepInputSpec = { name: 'slope', shape: [plan.views, columns], dtype: 'float32' };
  return {
    clear: { inputs: [], run: clear(recipe) },
    forward: { inputs: drawn, run: forward(recipe) },
    lossBlock: { inputs: [projections, ...block], run: lossBlock(recipe) },
    lossSlope: { inputs: [projections, { ...projections, name: 'attracted' }], run: lossSlope(recipe) },
    backward: { inputs: [...drawn, slope], run: backward(recipe) },
    apply: { inputs: updateInputs(recipe), run: apply(recipe) },
  };
}

function tidied(run: (state: TensorMap, inputs: TensorMap) => StepResult): ChunkFunction['run'] {
  return (state, inputs) => tf.tidy(() => run(state, inputs) as StepResult & tf.TensorContainerObject);
}

function clear(recipe: Recipe): ChunkFunction['run'] {
  const specs = parameterSpecs(recipe);
  return tidied((state) => {
    const cleared = specs.map((spec) => [
      ownName(spec),
      isTrainable(spec) ? tf.fill([...spec.shape], 0) : tf.clone(tensorNamed(state, spec.name)),
    ]);
    return { state: Object.fromEntries(cleared) as TensorMap, outputs: {} };
  });
}

function forward(recipe: Recipe): ChunkFunction['run'] {
  return tidied((state, inputs) => {
    const { projections, statistics } = projectViews(recipe, state, chunkViews(recipe, inputs));
    const pending = Object.fromEntries(
      Object.entries(statistics).map(([name, tensor]) => [`pending/${name}`, tensor] as const),
    );
    return { state: runningStatistics(state, pending), outputs: { projections } };
  });
}

function lossBlock({ loss }: Recipe): ChunkFunction['run'] {
  return tidied((_, { projections, rows, weights }) => {
    const of = ntXentBlock(projections as tf.Tensor2D, rows as tf.Tensor1D, weights as tf.Tensor1D, loss.temperature);
    return { state: {}, outputs: { ...of } };
  });
}

function lossSlope({ loss }: Recipe): ChunkFunction['run'] {
  return tidied((_, { projections, attracted }) => ({
    state: {},
    outputs: { ...ntXentSlope(projections as tf.Tensor2D, attracted as tf.Tensor2D, loss.temperature) },
  }));
}

function backward(recipe: Recipe): ChunkFunction['run'] {
  const names = parameterSpecs(recipe)
    .filter(isTrainable)
    .map(({ name }) => name);
  return tidied((state, inputs) => {
    const weights = Object.fromEntries(names.map((name) => [name, tensorNamed(state, name)]));
    const views = chunkViews(recipe, inputs);
    const slope = tensorNamed(inputs, 'slope') as tf.Tensor2D;
    const { gradients } = valueAndGradients(weights, () => {
      const { projections } = projectViews(recipe, state, views);
      return { value: along(projections, slope), others: {} };
    });
    return { state: addedGradients(state, gradients), outputs: {} };
  });
}

/** The gradients of a step so far, with those of one more pass. */
export function addedGradients(state: TensorMap, gradients: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => {
      const own = `gradient/${name}`;
      return [own, tf.add(tensorNamed(state, own), gradient)];
    }),
  );
}

function apply(recipe: Recipe): ChunkFunction['run'] {
  const specs = parameterSpecs(recipe);
  return tidied((state, inputs) => {
    const ofKind = (trainable: boolean): TensorMap =>
      Object.fromEntries(
        specs
          .filter((spec) => isTrainable(spec) === trainable)
          .map((spec) => [spec.name, tensorNamed(state, ownName(spec))]),
      );
    const gradients = ofKind(true);
    const updated = updatedState(recipe.optimizer, specs, state, gradients, {
      learningRate: tensorNamed(inputs, 'learningRate') as tf.Scalar,
      step: (inputs['step'] ?? null) as tf.Scalar | null,
    });
    const statistics = Object.entries(ofKind(false)).map(([name, tensor]) => [name, tf.clone(tensor)]);
    const next: TensorMap = { ...updated, ...(Object.fromEntries(statistics) as TensorMap) };
    const inOrder = Object.keys(state).filter((name) => name in next);
    return {
      state: Object.fromEntries(inOrder.map((name) => [name, next[name]!])),
      outputs: { gradientNorm: globalNorm(Object.values(gradients)) },
    };
  });
}

/** Draws the views of a chunk from its inputs. */
export function chunkViews(recipe: Recipe, inputs: TensorMap): tf.Tensor4D {
  return drawViews(
    viewPlan(recipe),
    tensorNamed(inputs, 'canvas') as tf.Tensor4D,
    tensorNamed(inputs, 'numbers') as tf.Tensor2D,
    tensorNamed(inputs, 'slotOfRow') as tf.Tensor1D,
  );
}

/**
 * Σ x · slope, for the end of a function that is differentiated: the gradient in x is the slope itself, not a product with
 * the 1 that comes in there.
 */
export function along(x: tf.Tensor, slope: tf.Tensor): tf.Scalar {
  const product = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([slope]);
    return {
      value: tf.sum(tf.mul(input as tf.Tensor, slope)),
      gradFunc: (_one: tf.Tensor, saved: tf.Tensor[]) => tf.clone(saved[0]!),
    };
  });
  return product(x) as tf.Scalar;
}
