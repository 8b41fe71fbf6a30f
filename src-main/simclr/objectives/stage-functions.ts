/**
 * A batch in chunks with batch norm over all of it: the pure functions that go through the network stage by stage
 * (`encoder/stages.ts`), each over one chunk. Beside `clear`, the loss and `apply` of `chunk-functions.ts`:
 *
 *   forward/S    a chunk's inputs of stage S → the stage, and its mean and variance over the chunk where a norm follows
 *   settle/S     mean and variance over the batch, kept as variables; the copied running statistics take them in
 *   backward/S   ∂loss/∂S of a chunk → the same for its inputs, and gradients of the weights, added up
 *
 * Stages are gone through forwards, then backwards, each for all chunks before the next. When `backward/S` comes, the
 * norm after S has been gone through for the whole batch: the gradients of its γ and β are the sums that the
 * derivative through mean and variance needs (`ops/normalise-by.ts`).
 */
import * as tf from '@tensorflow/tfjs-core';
import { networkStages, PIXELS, type Stage } from '../encoder/stages.ts';
import { moments, normaliseBy, throughStatistics } from '../ops/normalise-by.ts';
import { isTrainable } from '../parameter-spec.ts';
import { parameterSpecs, type SlotSpec } from '../parameters.ts';
import type { Recipe } from '../recipe.ts';
import { tensorNamed, type TensorMap } from '../tensor-map.ts';
import { valueAndGradients } from '../value-and-gradients.ts';
import { addedGradients, along, chunkViews, type ChunkFunction } from './chunk-functions.ts';
import type { ChunkPlan } from './chunk-plan.ts';
import type { StepResult } from './contrastive-step.ts';
import { runningStatistics } from './running-statistics.ts';
import { drawingInputSpecs, type StepInputSpec } from './step-inputs.ts';

/**
 * Variables of the step's own, beside `chunkVariables`: mean and (biased) variance over the batch of each norm; and of
 * a norm without β a β of zeros and its gradient, so that all norms are alike.
 */
export function stageVariables(recipe: Recipe): readonly SlotSpec[] {
  const trained = trainedNames(recipe);
  return networkStages(recipe).flatMap(({ norm, shape }) => {
    if (norm === null) return [];
    const missing = trained.has(`${norm}/beta`) ? [] : [`${norm}/beta`, `gradient/${norm}/beta`];
    const names = [`batch/${norm}/mean`, `batch/${norm}/variance`, ...missing];
    return names.map((name) => ({ name, shape: [shape.at(-1)!] }));
  });
}

/** `clear` of `chunk-functions.ts`, and zeros for `stageVariables`. */
export function clearWithStages(recipe: Recipe, clear: ChunkFunction): ChunkFunction {
  const own = stageVariables(recipe);
  return {
    inputs: clear.inputs,
    run: tidied((state, inputs) => {
      const zeros = Object.fromEntries(own.map(({ name, shape }) => [name, tf.fill([...shape], 0)]));
      return { state: { ...clear.run(state, inputs).state, ...zeros }, outputs: {} };
    }),
  };
}

function trainedNames(recipe: Recipe): ReadonlySet<string> {
  return new Set(
    parameterSpecs(recipe)
      .filter(isTrainable)
      .map(({ name }) => name),
  );
}

/** Inputs of a stage's functions that are not pixels: `value0`, `value1` … with the place in `Stage.inputs`. */
export function stageFunctions(
  recipe: Recipe,
  plan: ChunkPlan,
  canvasSide: number,
): ReadonlyMap<string, ChunkFunction> {
  const network = new StagedNetwork(recipe, plan, canvasSide);
  return new Map(
    network.stages.flatMap((stage): [string, ChunkFunction][] => [
      [`forward/${stage.name}`, network.forward(stage)],
      [`backward/${stage.name}`, network.backward(stage)],
      ...(stage.norm === null ? [] : [[`settle/${stage.name}`, network.settle(stage)] as [string, ChunkFunction]]),
    ]),
  );
}

class StagedNetwork {
  readonly stages: readonly Stage[];
  readonly #byName: ReadonlyMap<string, Stage>;
  readonly #recipe: Recipe;
  readonly #plan: ChunkPlan;
  readonly #drawn: readonly StepInputSpec[];

  constructor(recipe: Recipe, plan: ChunkPlan, canvasSide: number) {
    this.#recipe = recipe;
    this.#plan = plan;
    this.stages = networkStages(recipe);
    this.#byName = new Map(this.stages.map((stage) => [stage.name, stage]));
    this.#drawn = drawingInputSpecs(recipe, plan.views, canvasSide);
  }

  forward(stage: Stage): ChunkFunction {
    return {
      inputs: this.#valueSpecs(stage),
      run: tidied((state, inputs) => {
        const value = this.#compute(stage, state, this.#values(stage, inputs));
        if (stage.norm === null) return { state: {}, outputs: { value } };
        return { state: {}, outputs: { value, ...moments(value) } };
      }),
    };
  }

  settle({ norm, shape }: Stage): ChunkFunction {
    const channels = [shape.at(-1)!];
    const count = this.#countOf(shape);
    return {
      inputs: ['mean', 'variance'].map((name) => ({ name, shape: channels, dtype: 'float32' })),
      run: tidied((state, { mean, variance }) => {
        const unbiased = tf.mul(variance!, count / Math.max(count - 1, 1));
        const pending = runningStatistics(state, {
          [`pending/${norm}/movingMean`]: mean!,
          [`pending/${norm}/movingVariance`]: unbiased,
        });
        const own = { [`batch/${norm}/mean`]: tf.clone(mean!), [`batch/${norm}/variance`]: tf.clone(variance!) };
        return { state: { ...pending, ...own }, outputs: {} };
      }),
    };
  }

  /**
   * Inputs: the stage's own, its `slope`, its `value` where a norm follows, and `sum0` … : what later stages have given
   * for an input already. Outputs: `slope0` …, with those added.
   */
  backward(stage: Stage): ChunkFunction {
    const shape = [this.#plan.views, ...stage.shape];
    const inner = stage.inputs.map((name, i) => ({ name, i })).filter(({ name }) => name !== PIXELS);
    const summed = inner.filter(({ name }) => this.#isReadAfter(name, stage));
    return {
      inputs: [
        ...this.#valueSpecs(stage),
        { name: 'slope', shape, dtype: 'float32' },
        ...(stage.norm === null ? [] : [{ name: 'value', shape, dtype: 'float32' } as const]),
        ...summed.map(({ name, i }) => this.#spec(`sum${i}`, name)),
      ],
      run: tidied((state, inputs) => {
        const values = this.#values(stage, inputs);
        const weights = Object.fromEntries(this.#weightsOf(stage).map((name) => [name, tensorNamed(state, name)]));
        const given = Object.fromEntries(inner.map(({ i }) => [`slope${i}`, values[i]!]));
        const slope = this.#wholeSlope(stage, state, inputs);
        const { gradients } = valueAndGradients({ ...weights, ...given }, () => ({
          value: along(this.#compute(stage, state, values), slope),
          others: {},
        }));
        const slopes = inner.map(({ i }) => {
          const own = tensorNamed(gradients, `slope${i}`);
          const sum = inputs[`sum${i}`];
          return [`slope${i}`, sum === undefined ? own : tf.add(own, sum)] as const;
        });
        const ofWeights = Object.fromEntries(Object.keys(weights).map((name) => [name, gradients[name]!]));
        return { state: addedGradients(state, ofWeights), outputs: Object.fromEntries(slopes) };
      }),
    };
  }

  /** Whether a later stage reads `name` too: on the way back it comes first. */
  #isReadAfter(name: string, stage: Stage): boolean {
    const at = this.stages.indexOf(stage);
    return this.stages.some(({ inputs }, i) => i > at && inputs.includes(name));
  }

  /** ∂loss/∂stage: as given, or with what goes through the batch's statistics. */
  #wholeSlope({ norm, shape }: Stage, state: TensorMap, inputs: TensorMap): tf.Tensor {
    const slope = tensorNamed(inputs, 'slope');
    if (norm === null) return slope;
    const { beta: _, ...given } = this.#givenNorm(norm, state);
    const dgamma = tensorNamed(state, `gradient/${norm}/gamma`);
    const dbeta = tensorNamed(state, `gradient/${norm}/beta`);
    return throughStatistics(slope, tensorNamed(inputs, 'value'), given, { dgamma, dbeta }, this.#countOf(shape));
  }

  #compute(stage: Stage, state: TensorMap, values: readonly tf.Tensor[]): tf.Tensor {
    const normalised = values.map((value, i) => {
      const norm = this.#byName.get(stage.inputs[i]!)?.norm ?? null;
      return norm === null ? value : normaliseBy(value, this.#givenNorm(norm, state));
    });
    return stage.compute(normalised, state);
  }

  #givenNorm(norm: string, state: TensorMap) {
    return {
      mean: tensorNamed(state, `batch/${norm}/mean`),
      variance: tensorNamed(state, `batch/${norm}/variance`),
      gamma: tensorNamed(state, `${norm}/gamma`),
      beta: tensorNamed(state, `${norm}/beta`),
    };
  }

  #weightsOf(stage: Stage): readonly string[] {
    const norms = stage.inputs.map((name) => this.#byName.get(name)?.norm ?? null).filter((norm) => norm !== null);
    return [...stage.weights, ...norms.flatMap((norm) => [`${norm}/gamma`, `${norm}/beta`])];
  }

  #values(stage: Stage, inputs: TensorMap): readonly tf.Tensor[] {
    return stage.inputs.map((name, i) =>
      name === PIXELS ? chunkViews(this.#recipe, inputs) : tensorNamed(inputs, `value${i}`),
    );
  }

  #valueSpecs(stage: Stage): readonly StepInputSpec[] {
    return stage.inputs.flatMap((name, i) => (name === PIXELS ? this.#drawn : [this.#spec(`value${i}`, name)]));
  }

  #spec(name: string, stage: string): StepInputSpec {
    return { name, shape: [this.#plan.views, ...this.#byName.get(stage)!.shape], dtype: 'float32' };
  }

  /** Values of a channel in the whole batch. */
  #countOf(shape: readonly number[]): number {
    return this.#plan.batchViews * shape.slice(0, -1).reduce((product, size) => product * size, 1);
  }
}

function tidied(run: (state: TensorMap, inputs: TensorMap) => StepResult): ChunkFunction['run'] {
  return (state, inputs) => tf.tidy(() => run(state, inputs) as StepResult & tf.TensorContainerObject);
}
