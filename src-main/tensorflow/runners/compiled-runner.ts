/** Runs a step as one TensorFlow graph that holds the state: see `compiled-step/compile.ts`. */
import type { StateArray, StateArrays, StepBatch, StepOutputs, StepRunner } from '#training/ports.ts';
import { compileGraph, isSettleEntry, type CompiledFunction } from '../compiled-step/compile.ts';
import type { GraphDefinition } from '../compiled-step/graph-definition.ts';
import { loadableGraph, type LoadableGraph } from '../compiled-step/loadable-graph.ts';
import { bfloat16 } from '../compiled-step/passes/bfloat16.ts';
import { directConvolutions } from '../compiled-step/passes/direct-convolutions.ts';
import { foldPads } from '../compiled-step/passes/fold-pads.ts';
import { foldScales } from '../compiled-step/passes/fold-scales.ts';
import { fuseBiases } from '../compiled-step/passes/fuse-biases.ts';
import { fuseNorms } from '../compiled-step/passes/fuse-norms.ts';
import { narrowInputs, narrowOutputs } from '../compiled-step/passes/narrow-images.ts';
import { readBytes } from '../compiled-step/passes/read-bytes.ts';
import { rectifyGivenNorms } from '../compiled-step/passes/rectify-given-norms.ts';
import { removeIdentityReshapes } from '../compiled-step/passes/remove-identity-reshapes.ts';
import { directFilterGradients } from '../compiled-step/passes/direct-filter-gradients.ts';
import type { Pass } from '../compiled-step/program.ts';
import { NonFiniteError, Session } from '../compiled-step/session.ts';
import { READ_STATE, WRITE_STATE } from '../compiled-step/state-entry-points.ts';
import { nativeAbilities, type NativeAbilities } from '../native-abilities.ts';
import { batchInputs } from './batch-inputs.ts';
import type { PartRunner } from './part-runner.ts';
import { checkState } from './state-check.ts';
import { type Look, type LooksDefinition, NOTHING_TRAINED, type StepDefinition } from './step-definition.ts';

export type Precision = StepRunner['description']['precision'];

/** @throws RecordingError when the step or the embedding can't be recorded. */
export function compileStep(definition: StepDefinition | LooksDefinition, precision: Precision): GraphDefinition {
  const abilities = nativeAbilities();
  const passes = stepPasses(precision, abilities);
  const biases = abilities.fusedNorms ? [fuseBiases] : [];
  const embedPasses = [readBytes, foldScales, ...convolutionPasses(precision, abilities), ...biases];
  // While it trains the state changes between two looks.
  const isSettled = definition.step === null;
  const looks = [...definition.looks].map(
    ([name, look]) => [embedPoint(name), { ...embedFunction(look, embedPasses), isSettled }] as const,
  );
  if (definition.step === null) return compileGraph(definition.state, new Map(looks));
  const { step, inputs, guards, parts } = definition;
  const partPasses = precision === 'bfloat16' ? [narrowInputs, ...passes, narrowOutputs] : passes;
  const besides = [...(parts?.functions ?? [])].map(([name, { isNarrowed, ...recorded }]) => {
    const compiled: CompiledFunction = { ...recorded, guards: [], passes: isNarrowed ? partPasses : [readBytes] };
    return [name, compiled] as const;
  });
  return compileGraph(
    definition.state,
    new Map<string, CompiledFunction>([['step', { run: step, inputs, guards, passes }], ...looks, ...besides]),
    parts?.variables,
  );
}

/** In float32 what is put in place of TensorFlow's operations gives the numbers that the eager step's operations give. */
function stepPasses(precision: Precision, abilities: NativeAbilities): readonly Pass[] {
  const norms = abilities.fusedNorms ? [fuseNorms, rectifyGivenNorms] : [];
  return [readBytes, removeIdentityReshapes, ...convolutionPasses(precision, abilities), ...norms];
}

/** What convolutions become, in this order. */
export function convolutionPasses(precision: Precision, abilities: NativeAbilities): readonly Pass[] {
  const direct = [directConvolutions, directFilterGradients, foldPads];
  if (precision === 'float32') return abilities.convolutions ? direct : [];
  return abilities.narrowConvolutions ? [...direct, bfloat16] : [bfloat16];
}

/** The entry point of a look. */
const embedPoint = (look: string): string => `embed/${look}`;

function embedFunction({ run, inputs }: Look, passes: readonly Pass[]): CompiledFunction {
  return { run: (state, given) => ({ state: {}, outputs: run(state, given) }), inputs, guards: [], passes };
}

export class CompiledRunner implements PartRunner {
  readonly description: StepRunner['description'];
  /** For inspection. */
  readonly graph: LoadableGraph;
  readonly #definition: StepDefinition | LooksDefinition;
  readonly #session: Session;

  /**
   * The state has to be written before the first step.
   *
   * @param device as it is shown: `cpu` or `gpu`.
   * @param known the graph that `compileStep` would make of it, recorded before.
   * @throws RecordingError when the step or the embedding can't be recorded; Error when `known` can't be loaded.
   */
  constructor(
    definition: StepDefinition | LooksDefinition,
    precision: Precision,
    device: string,
    known: LoadableGraph | null = null,
  ) {
    this.#definition = definition;
    this.description = { device, precision, compiled: true };
    this.graph = known ?? loadableGraph(compileStep(definition, precision));
    this.#session = new Session(this.graph);
  }

  /** A guard that is not finite comes back as NaN, and so does the loss; the state is then unchanged. */
  readonly step = async (batch: StepBatch): Promise<StepOutputs> => {
    if (this.#definition.step === null) throw new Error(NOTHING_TRAINED);
    try {
      const outputs = this.#session.run('step', batchInputs(this.#definition.inputs, batch));
      return Object.fromEntries([...outputs].map(([name, { values }]) => [name, values[0]!]));
    } catch (error) {
      if (error instanceof NonFiniteError) return { loss: Number.NaN, [error.output]: Number.NaN };
      throw error;
    }
  };

  /** Runs a function of the definition's parts; all its outputs by name. */
  readonly run: PartRunner['run'] = (name, inputs) => this.#session.run(name, inputs);

  readonly hold: PartRunner['hold'] = (name, inputs) => this.#session.hold(name, inputs);

  readonly embed: StepRunner['embed'] = async (look, inputs, output) =>
    this.#session.run(embedPoint(look), inputs, [output]).get(output)!.values as Float32Array;

  readonly readState = async (): Promise<StateArrays> => {
    const read = this.#session.run(READ_STATE, new Map());
    return new Map([...read].map(([name, { shape, values }]) => [name, stateArray(shape, values as Float32Array)]));
  };

  readonly writeState = async (state: StateArrays): Promise<void> => {
    checkState(this.#definition.state, state);
    this.#session.run(WRITE_STATE, state);
    for (const entryPoint of this.graph.entryPoints.keys()) {
      if (isSettleEntry(entryPoint)) this.#session.run(entryPoint, new Map());
    }
  };

  readonly dispose = (): void => this.#session.dispose();
}

function stateArray(shape: readonly number[], values: Float32Array | Int32Array): StateArray {
  return { shape, dtype: values instanceof Int32Array ? 'int32' : 'float32', values };
}
