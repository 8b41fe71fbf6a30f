/** Grows a program node by node. Equal nodes are made once (P2), which shares constants and repeated subexpressions. */
import { createHash } from 'node:crypto';
import type { Attribute, Attributes, ConstantValue, Program, ProgramNode, Ref, TensorType } from './program.ts';

export class ProgramBuilder {
  readonly #nodes: ProgramNode[] = [];
  readonly #byKey = new Map<string, number>();

  get nodes(): readonly ProgramNode[] {
    return this.#nodes;
  }

  /** One ref for each output, in order. */
  add(op: string, inputs: readonly Ref[], attributes: Attributes, outputs: readonly TensorType[]): readonly Ref[] {
    return this.addNode({ op, inputs, attributes, outputs, label: null });
  }

  addNode(node: ProgramNode): readonly Ref[] {
    const key = keyOf(node);
    let index = this.#byKey.get(key);
    if (index === undefined) {
      index = this.#nodes.length;
      this.#nodes.push(node);
      this.#byKey.set(key, index);
    }
    return node.outputs.map((_, output) => ({ node: index, output }));
  }

  input(name: string, type: TensorType): Ref {
    return this.addNode({ op: 'Input', inputs: [], attributes: {}, outputs: [type], label: name })[0]!;
  }

  variable(name: string, type: TensorType): Ref {
    return this.addNode({ op: 'Variable', inputs: [], attributes: {}, outputs: [type], label: name })[0]!;
  }

  constant(value: ConstantValue): Ref {
    const { dtype, shape } = value;
    const attributes: Attributes = {
      dtype: { kind: 'type', value: dtype },
      value: { kind: 'tensor', value: sharedWhenUniform(value) },
    };
    return this.add('Const', [], attributes, [{ dtype, shape }])[0]!;
  }

  cast(from: Ref, type: TensorType, dtype: TensorType['dtype']): Ref {
    const attributes: Attributes = {
      SrcT: { kind: 'type', value: type.dtype },
      DstT: { kind: 'type', value: dtype },
      Truncate: { kind: 'bool', value: false },
    };
    return this.add('Cast', [from], attributes, [{ dtype, shape: type.shape }])[0]!;
  }

  finish(updates: Program['updates'], outputs: Program['outputs']): Program {
    return { nodes: this.#nodes, updates, outputs };
  }
}

/** A constant of equal elements (a tensor of ones) is kept as one element. */
function sharedWhenUniform(value: ConstantValue): ConstantValue {
  const count = value.shape.reduce((product, size) => product * size, 1);
  if (count < 2 || value.bytes.length % count !== 0) return value;
  const width = value.bytes.length / count;
  for (let i = width; i < value.bytes.length; i++) if (value.bytes[i] !== value.bytes[i - width]) return value;
  return { ...value, bytes: value.bytes.slice(0, width) };
}

function keyOf({ op, inputs, attributes, outputs, label }: ProgramNode): string {
  const named = Object.entries(attributes).map(([name, attribute]) => `${name}=${attributeKey(attribute)}`);
  return JSON.stringify([op, label, inputs.map(({ node, output }) => [node, output]), named.sort(), outputs]);
}

function attributeKey(attribute: Attribute): string {
  if (attribute.kind !== 'tensor') return JSON.stringify(attribute);
  const { dtype, shape, bytes } = attribute.value;
  return `${dtype}[${shape.join()}]${createHash('sha256').update(bytes).digest('base64')}`;
}
