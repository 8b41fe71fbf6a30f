/** What a runner runs: a pure step, pure embeddings, and the types of what goes in. Nothing says what is learnt. */
import type { PureFunction, Tensors, TensorTypes } from '../compiled-step/record.ts';

/** A pure function beside the step. It may change the definition's own variables, never the state. */
export interface SideFunction {
  readonly run: PureFunction;
  /** A uint8 input reaches the function as int32. */
  readonly inputs: TensorTypes;
  /**
   * False: float32 whatever the run's precision is. True: in bfloat16 the images it gives and takes (float32, rank 4) are
   * narrow too (`compiled-step/passes/narrow-images.ts`); they go from one function to another unread.
   */
  readonly isNarrowed: boolean;
}

/** A way to embed: draws rows from what it is given and runs them through the network. */
export interface Look {
  /** (state, inputs) → { h, z }, each float32 [rows, …]; no row depends on another. */
  readonly run: (state: Tensors, inputs: Tensors) => Readonly<Record<'h' | 'z', Tensors[string]>>;
  /** A uint8 input reaches the function as int32. */
  readonly inputs: TensorTypes;
}

export interface StepDefinition {
  /** Every variable, in the order of the state. */
  readonly state: TensorTypes;
  /**
   * (state, inputs) → (next state, outputs). Outputs are float32 scalars, `loss` among them. Beside a batch's own
   * inputs it may ask for `learningRate` and `step`, float32 scalars.
   */
  readonly step: PureFunction;
  /** A uint8 input reaches the step as int32. */
  readonly inputs: TensorTypes;
  /** Outputs that must be finite, else the state stays as it was. */
  readonly guards: readonly string[];
  readonly looks: ReadonlyMap<string, Look>;
  /** Functions that prepare a step in several runs; absent where the step is one. */
  readonly parts?: StepParts;
}

export const NOTHING_TRAINED = 'This runner has looks alone; nothing is trained by it.';

/** Looks alone: nothing is trained. */
export interface LooksDefinition extends Pick<StepDefinition, 'state' | 'looks'> {
  readonly step: null;
}

export interface StepParts {
  /** Variables that these functions share with each other and the step, which no checkpoint holds; undefined at first. */
  readonly variables: TensorTypes;
  readonly functions: ReadonlyMap<string, SideFunction>;
}
