/**
 * A recorded function as data: operations of TensorFlow's in an order in which they can run.
 *
 * P1  A node's inputs stand before it in `nodes`.
 * P2  Every operation is pure: equal operation, inputs and attributes mean an equal value. State is only changed by
 *     `updates`, after everything that reads it.
 * P3  `Input` and `Variable` are not TensorFlow's names: the first is what a caller feeds, the second a read of the
 *     session's state. They become placeholders and variable reads in `graph-definition.ts`.
 */
import type { DType } from '../tf-dtype.ts';

export interface TensorType {
  readonly dtype: DType;
  /** Known in full; a recorded function has one shape for everything. */
  readonly shape: readonly number[];
}

/** One output of one node of the same program. */
export interface Ref {
  readonly node: number;
  readonly output: number;
}

export interface ConstantValue extends TensorType {
  /** Little-endian, row-major; or the bytes of one element when all elements are equal. */
  readonly bytes: Uint8Array;
}

export type Attribute =
  | { readonly kind: 'type'; readonly value: DType }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: ConstantValue };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface ProgramNode {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attributes: Attributes;
  readonly outputs: readonly TensorType[];
  /** Name of an `Input` or a `Variable`; null otherwise. */
  readonly label: string | null;
}

export interface Program {
  readonly nodes: readonly ProgramNode[];
  /** Next values of variables, by name. Variables not named keep their value. */
  readonly updates: ReadonlyMap<string, Ref>;
  /** What the function returned besides, by name. */
  readonly outputs: ReadonlyMap<string, Ref>;
}

/** Changes a program into an equivalent one (or, said by its name, into one of another precision). */
export type Pass = (program: Program) => Program;

export function nodeOf(program: Pick<Program, 'nodes'>, ref: Ref): ProgramNode {
  return program.nodes[ref.node]!;
}

export function typeOf(program: Pick<Program, 'nodes'>, ref: Ref): TensorType {
  return nodeOf(program, ref).outputs[ref.output]!;
}

export function elementCount({ shape }: Pick<TensorType, 'shape'>): number {
  return shape.reduce((product, size) => product * size, 1);
}
