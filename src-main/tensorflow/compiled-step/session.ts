/**
 * A graph loaded into TensorFlow, its variables and its entry points.
 *
 * Tensors of a session are raw handles that tfjs does not count: every one made here is given back here, whatever
 * happens. Not re-entrant; a call blocks its thread until the run is over.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '#base/errors.ts';
import { checkShape } from '#base/shapes.ts';
import { nativeBackend, type NativeBinding, type NativeTensor, type NativeValues } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import { MODEL_TAG, savedModelBytes } from './graph-bytes.ts';
import { guardMessage, type EntrySignature, type GraphDefinition } from './graph-definition.ts';
import { loadableGraph, type LoadableGraph } from './loadable-graph.ts';

/** Row-major values with their shape. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly values: NativeValues;
}

/** Values that stay in TensorFlow: what one run gave and another takes. They have to be released. */
export class HeldTensor implements TensorValues {
  readonly shape: readonly number[];
  readonly #binding: NativeBinding;
  readonly #id: number;
  #isHeld = true;

  constructor(binding: NativeBinding, { id, shape }: NativeTensor) {
    this.#binding = binding;
    this.#id = id;
    this.shape = shape;
  }

  /** @throws Error when it has been released. */
  get id(): number {
    if (!this.#isHeld) throw new Error('The tensor has been released.');
    return this.#id;
  }

  /** A copy. */
  get values(): NativeValues {
    return this.#binding.tensorDataSync(this.id);
  }

  /** May be called again. */
  readonly release = (): void => {
    if (this.#isHeld) this.#binding.deleteTensor(this.#id);
    this.#isHeld = false;
  };
}

/** A guarded output was not finite; no variable was changed. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
  readonly output: string;

  constructor(output: string) {
    super(`"${output}" is not finite; the state is unchanged.`);
    this.output = output;
  }
}

export class Session {
  readonly #binding: NativeBinding;
  readonly #model: number;
  readonly #entryPoints: GraphDefinition['entryPoints'];
  #isOpen = true;

  constructor(graph: GraphDefinition | LoadableGraph) {
    const { graphDef, entryPoints } = 'graphDef' in graph ? graph : loadableGraph(graph);
    this.#entryPoints = entryPoints;
    this.#binding = nativeBackend().binding;
    this.#model = load(this.#binding, graphDef);
  }

  /**
   * Runs one entry point.
   *
   * The values of inputs are read during the call alone (they may lie in shared memory).
   *
   * @param outputs which to read; null: all. Those not named are not computed, but updates are made whatever is read.
   * @throws NonFiniteError when a guard is not finite; ShapeError for an input of another shape; Error when TensorFlow
   *   fails, e.g. for lack of memory.
   */
  run(
    entryPoint: string,
    inputs: ReadonlyMap<string, TensorValues>,
    outputs: readonly string[] | null = null,
  ): ReadonlyMap<string, TensorValues> {
    const wanted = outputs ?? [...this.#signature(entryPoint).outputs.keys()];
    const fetched = this.#fetch(entryPoint, inputs, wanted);
    try {
      const read = fetched.map(({ id, shape }) => ({ shape, values: this.#binding.tensorDataSync(id) }));
      return new Map(wanted.map((name, i) => [name, read[i]!]));
    } finally {
      for (const { id } of fetched) this.#binding.deleteTensor(id);
    }
  }

  /** As `run`, but all outputs stay in TensorFlow until they are released. */
  hold(entryPoint: string, inputs: ReadonlyMap<string, TensorValues>): ReadonlyMap<string, HeldTensor> {
    const wanted = [...this.#signature(entryPoint).outputs.keys()];
    const fetched = this.#fetch(entryPoint, inputs, wanted);
    return new Map(wanted.map((name, i) => [name, new HeldTensor(this.#binding, fetched[i]!)]));
  }

  #fetch(
    entryPoint: string,
    inputs: ReadonlyMap<string, TensorValues>,
    wanted: readonly string[],
  ): readonly NativeTensor[] {
    const signature = this.#signature(entryPoint);
    const fed: number[] = [];
    const own: number[] = [];
    try {
      for (const [name, type] of signature.inputs) {
        const given = inputs.get(name);
        const id = this.#feed(entryPoint, name, type, given);
        fed.push(id);
        if (!(given instanceof HeldTensor)) own.push(id);
      }
      const inputNames = [...signature.inputs.values()].map(({ tensor }) => tensor);
      const outputNames = wanted.map((name) => signature.outputs.get(name)!.tensor);
      return this.#execute(signature, fed, inputNames, outputNames);
    } finally {
      for (const id of own) this.#binding.deleteTensor(id);
    }
  }

  /** Ends the session and frees its variables. May be called again. */
  dispose(): void {
    if (this.#isOpen) this.#binding.deleteSavedModel(this.#model);
    this.#isOpen = false;
  }

  #execute(
    { outputs }: EntrySignature,
    fed: readonly number[],
    inputNames: readonly string[],
    outputNames: readonly string[],
  ): readonly NativeTensor[] {
    try {
      return this.#binding.runSavedModel(this.#model, fed, inputNames.join(), outputNames.join());
    } catch (error) {
      const message = messageOf(error);
      const guard = [...outputs.keys()].find((name) => message.includes(guardMessage(name)));
      throw guard === undefined ? error : new NonFiniteError(guard);
    }
  }

  #feed(
    entryPoint: string,
    name: string,
    { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: keyof typeof TF_DTYPE },
    given: TensorValues | undefined,
  ): number {
    if (given === undefined) throw new Error(`The entry point "${entryPoint}" needs the input "${name}".`);
    checkShape(`Input "${name}" of "${entryPoint}"`, given.shape, shape);
    if (given instanceof HeldTensor) return given.id;
    return this.#binding.createTensor(shape, TF_DTYPE[dtype], given.values);
  }

  #signature(entryPoint: string): EntrySignature {
    if (!this.#isOpen) throw new Error('The session has been disposed.');
    const signature = this.#entryPoints.get(entryPoint);
    if (signature !== undefined) return signature;
    throw new Error(`No entry point "${entryPoint}"; there are ${[...this.#entryPoints.keys()].join(', ')}.`);
  }
}

/** The binding loads from a folder alone; it is gone again when the session has been made. */
function load(binding: NativeBinding, graphDef: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-graph-'));
  try {
    mkdirSync(join(folder, 'variables'));
    writeFileSync(join(folder, 'saved_model.pb'), savedModelBytes(graphDef));
    return binding.loadSavedModel(folder, MODEL_TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
