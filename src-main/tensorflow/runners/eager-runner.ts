/** Runs a step operation by operation on tfjs's current backend: the oracle of the tests, and the way out. */
import * as tf from '@tensorflow/tfjs-core';
import type { StateArrays, StepBatch, StepOutputs, StepRunner } from '#training/ports.ts';
import type { Tensors } from '../compiled-step/record.ts';
import type { TensorValues } from '../compiled-step/session.ts';
import { batchInputs } from './batch-inputs.ts';
import type { PartRunner } from './part-runner.ts';
import { checkState } from './state-check.ts';
import { type LooksDefinition, NOTHING_TRAINED, type StepDefinition } from './step-definition.ts';

export class EagerRunner implements PartRunner {
  readonly description: StepRunner['description'];
  readonly #definition: StepDefinition | LooksDefinition;
  #state: Tensors = {};
  /** Of the definition's parts. */
  #own: Tensors = {};

  /** @param device as it is shown: `cpu` or `gpu`. */
  constructor(definition: StepDefinition | LooksDefinition, device: string) {
    this.#definition = definition;
    this.description = { device, precision: 'float32', compiled: false };
  }

  readonly step = async (batch: StepBatch): Promise<StepOutputs> => {
    const definition = this.#definition;
    if (definition.step === null) throw new Error(NOTHING_TRAINED);
    const inputs = tensorsOf(batchInputs(definition.inputs, batch));
    const result = definition.step({ ...this.#state, ...this.#own }, inputs);
    tf.dispose(inputs);
    const outputs = Object.fromEntries(
      Object.entries(result.outputs).map(([name, tensor]) => [name, tensor.dataSync()[0]!]),
    );
    tf.dispose(result.outputs);
    const isFinite = definition.guards.every((name) => Number.isFinite(outputs[name]));
    tf.dispose(isFinite ? this.#state : result.state);
    if (isFinite) this.#state = result.state;
    return outputs;
  };

  readonly run: PartRunner['run'] = (name, given) => {
    const definition = this.#definition;
    const part = definition.step === null ? undefined : definition.parts?.functions.get(name);
    if (part === undefined) throw new Error(`The step has no function "${name}".`);
    const inputs = tensorsOf(new Map([...part.inputs.keys()].map((input) => [input, given.get(input)!])));
    const { state, outputs } = part.run({ ...this.#state, ...this.#own }, inputs);
    tf.dispose([inputs, Object.keys(state).map((variable) => this.#own[variable] ?? [])]);
    this.#own = { ...this.#own, ...state };
    const read = Object.entries(outputs).map(([output, tensor]) => {
      const values = tensor.dataSync().slice() as Float32Array;
      return [output, { shape: tensor.shape, values }] as const;
    });
    tf.dispose(outputs);
    return new Map(read);
  };

  /** In plain arrays, which nobody has to release. */
  readonly hold: PartRunner['hold'] = (name, given) =>
    new Map([...this.run(name, given)].map(([output, values]) => [output, { ...values, release: () => {} }]));

  readonly embed: StepRunner['embed'] = async (name, given, output) => {
    const look = this.#definition.looks.get(name);
    if (look === undefined) throw new Error(`There is no look "${name}".`);
    const vectors = tf.tidy(() => look.run(this.#state, tensorsOf(given))[output]);
    const values = vectors.dataSync().slice() as Float32Array;
    vectors.dispose();
    return values;
  };

  readonly readState = async (): Promise<StateArrays> =>
    new Map(
      [...this.#definition.state].map(([name, { shape }]) => [
        name,
        { shape, dtype: 'float32' as const, values: this.#state[name]!.dataSync().slice() as Float32Array },
      ]),
    );

  readonly writeState = async (state: StateArrays): Promise<void> => {
    checkState(this.#definition.state, state);
    tf.dispose(this.#state);
    this.#state = tensorsOf(state);
  };

  readonly dispose = (): void => {
    tf.dispose([this.#state, this.#own]);
    this.#state = {};
    this.#own = {};
  };
}

/** tfjs keeps the arrays it is given, and the caller may write into them again: so each is copied. */
function tensorsOf(arrays: ReadonlyMap<string, TensorValues>): Tensors {
  return Object.fromEntries(
    [...arrays].map(([name, { shape, values }]) => [
      name,
      values instanceof Float32Array
        ? tf.tensor(new Float32Array(values), [...shape], 'float32')
        : tf.tensor(new Int32Array(values), [...shape], 'int32'),
    ]),
  );
}
