import type { StepRunner } from '#training/ports.ts';
import type { TensorValues } from '../compiled-step/session.ts';

/** Values that stay where they were computed. They have to be released, which may be done again. */
export interface HeldValues extends TensorValues {
  readonly release: () => void;
}

/** A runner that also runs the functions of a step in parts, one at a time. */
export interface PartRunner extends StepRunner {
  /**
   * @param inputs all that the function asks for, by name; read during the call alone.
   * @returns all its outputs, by name. What it changes of the definition's own variables is changed afterwards.
   */
  readonly run: (name: string, inputs: ReadonlyMap<string, TensorValues>) => ReadonlyMap<string, TensorValues>;

  /** As `run`, with outputs that can be read and are inputs of others, and that have to be released. */
  readonly hold: (name: string, inputs: ReadonlyMap<string, TensorValues>) => ReadonlyMap<string, HeldValues>;
}
