/** What a runner runs: a pure step, a pure embedding, and the types of what goes in. Nothing says what is learnt. */
import type { PureFunction, Tensors, TensorTypes } from '../compiled-step/record.ts';

/** A pure function beside the step. It may change the definition's own variables, never the state. */
export interface SideFunction {
  readonly run: PureFunction;
  /** A uint8 input reaches the function as int32. */
  readonly inputs: TensorTypes;
  /**
   * False: float32 whatever the run's precision is. True: in bfloat16 the images it gives and takes (float32, rank 4) are
   * packed, as `compiled-step/passes/pack-images.ts` has them; they go from one function to another unread.
   */
  readonly isNarrowed: boolean;
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
  /** (state, { pixels }) → { h, z }, each float32 [rows, …]; no row depends on another. */
  readonly embed: (state: Tensors, inputs: Tensors) => Readonly<Record<'h' | 'z', Tensors[string]>>;
  /** Side of the pixels in pixels, and how many images are embedded at once (fewer are padded). */
  readonly embedding: { readonly side: number; readonly rows: number };
  /** Functions that prepare a step in several runs; absent where the step is one. */
  readonly parts?: StepParts;
}

export interface StepParts {
  /** Variables that these functions share with each other and the step, which no checkpoint holds; undefined at first. */
  readonly variables: TensorTypes;
  readonly functions: ReadonlyMap<string, SideFunction>;
}
