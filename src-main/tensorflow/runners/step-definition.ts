/** What a runner runs: a pure step, a pure embedding, and the types of what goes in. Nothing says what is learnt. */
import type { PureFunction, Tensors, TensorTypes } from '../compiled-step/record.ts';

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
}
