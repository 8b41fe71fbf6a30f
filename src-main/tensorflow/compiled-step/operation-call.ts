/** One call of an operation as a shape function sees it: types, constants and attributes, no values. */
import type { Attribute, Attributes, TensorType } from './program.ts';

export class OperationCall {
  readonly op: string;
  readonly inputs: readonly TensorType[];
  readonly outputCount: number;
  readonly attributes: Attributes;
  readonly #constantOf: (input: number) => readonly number[] | null;

  constructor(
    op: string,
    inputs: readonly TensorType[],
    attributes: Attributes,
    outputCount: number,
    constantOf: (input: number) => readonly number[] | null,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.outputCount = outputCount;
    this.#constantOf = constantOf;
  }

  input(index: number): TensorType {
    const type = this.inputs[index];
    if (type === undefined) throw new Error(`${this.op} has ${this.inputs.length} inputs, none at ${index}.`);
    return type;
  }

  shape(index: number): readonly number[] {
    return this.input(index).shape;
  }

  /** Values of an input that is a constant (a shape, axes, sizes). @throws Error when it is computed. */
  constant(index: number): readonly number[] {
    const values = this.#constantOf(index);
    if (values === null) throw new Error(`${this.op} needs a constant as its input ${index}, to know its shape.`);
    return values;
  }

  int(name: string): number {
    return this.#attribute(name, 'int').value;
  }

  ints(name: string): readonly number[] {
    return this.#attribute(name, 'ints').value;
  }

  text(name: string): string {
    return this.#attribute(name, 'string').value;
  }

  /** False when the attribute is left out: TensorFlow's default for all that are asked here. */
  flag(name: string): boolean {
    return this.attributes[name] === undefined ? false : this.#attribute(name, 'bool').value;
  }

  dtype(name: string): TensorType['dtype'] {
    return this.#attribute(name, 'type').value;
  }

  #attribute<K extends Attribute['kind']>(name: string, kind: K): Extract<Attribute, { kind: K }> {
    const attribute = this.attributes[name];
    if (attribute?.kind !== kind) throw new Error(`${this.op} has no attribute "${name}" of kind ${kind}.`);
    return attribute as Extract<Attribute, { kind: K }>;
  }
}

/** What an operation gives, from what it is given. */
export type ShapeFunction = (call: OperationCall) => readonly TensorType[];
