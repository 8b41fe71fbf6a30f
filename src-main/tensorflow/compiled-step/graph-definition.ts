/**
 * Several programs over the same variables as one graph: what a session runs.
 *
 * G1  Each entry point reads a variable through one node, and assigns it only after that node ran. An assignment puts a
 *     new buffer in the variable's place, so what was read keeps its value.
 * G2  No assignment of an entry point happens unless all its guards are finite: the run fails, and the state is what
 *     it was.
 * G3  Outputs are fetched after all assignments of their entry point.
 * G4  What is fed never becomes a variable's own memory: it is copied. (The fed buffer belongs to JavaScript, which
 *     must not be asked to free it from another thread.)
 */
import type { DType } from '../tf-dtype.ts';
import { nodeOf, typeOf, type Attributes, type Program, type Ref, type TensorType } from './program.ts';

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** `node:output`, then `^node` for what has to run before. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

export interface EntryPoint {
  readonly program: Program;
  /** Outputs that must be finite before any variable is assigned. */
  readonly guards: readonly string[];
}

export interface EntrySignature {
  /** Fed tensors by input name. */
  readonly inputs: ReadonlyMap<string, TensorType & { readonly tensor: string }>;
  readonly outputs: ReadonlyMap<string, TensorType & { readonly tensor: string }>;
}

export interface GraphDefinition {
  readonly nodes: readonly GraphNode[];
  readonly variables: ReadonlyMap<string, TensorType>;
  readonly entryPoints: ReadonlyMap<string, EntrySignature>;
}

/** Name of the output every entry point has that gives nothing else. */
export const DONE = 'done';

/** @throws Error when a name can't be a node's. */
export function graphDefinition(
  variables: ReadonlyMap<string, TensorType>,
  entryPoints: ReadonlyMap<string, EntryPoint>,
): GraphDefinition {
  const nodes: GraphNode[] = [];
  for (const [name, type] of variables) nodes.push(variableNode(name, type));
  const signatures = new Map<string, EntrySignature>();
  for (const [name, entry] of entryPoints) signatures.set(name, new EntryWriter(name, entry, nodes).write());
  for (const { name } of nodes) checkName(name);
  return { nodes, variables, entryPoints: signatures };
}

function variableNode(name: string, { dtype, shape }: TensorType): GraphNode {
  const attributes: Attributes = {
    dtype: typeAttribute(dtype),
    shape: { kind: 'shape', value: shape },
    shared_name: { kind: 'string', value: name },
    container: { kind: 'string', value: '' },
  };
  return { name: `variable/${name}`, op: 'VarHandleOp', inputs: [], attributes };
}

/** Writes one entry point's nodes, all named below its own name. */
class EntryWriter {
  readonly #entry: string;
  readonly #program: Program;
  readonly #guards: readonly string[];
  readonly #nodes: GraphNode[];
  readonly #names: string[] = [];
  readonly #inputs = new Map<string, TensorType & { readonly tensor: string }>();

  constructor(entry: string, { program, guards }: EntryPoint, nodes: GraphNode[]) {
    this.#entry = entry;
    this.#program = program;
    this.#guards = guards;
    this.#nodes = nodes;
  }

  write(): EntrySignature {
    this.#program.nodes.forEach((node, index) => {
      if (node.op === 'Input') this.#writeInput(node.label!, node.outputs[0]!);
      else if (node.op === 'Variable') this.#writeRead(node.label!, node.outputs[0]!.dtype);
      else
        this.#add(
          `${index}_${node.op}`,
          node.op,
          node.inputs.map((ref) => this.#tensor(ref)),
          node.attributes,
        );
      this.#names.push(this.#nodes.at(-1)!.name);
    });
    const assigned = this.#writeAssignments();
    return { inputs: this.#inputs, outputs: this.#writeOutputs(assigned) };
  }

  #writeInput(name: string, type: TensorType): void {
    const attributes: Attributes = { dtype: typeAttribute(type.dtype), shape: { kind: 'shape', value: type.shape } };
    const node = this.#add(`input/${name}`, 'Placeholder', [], attributes);
    this.#inputs.set(name, { ...type, tensor: `${node}:0` });
  }

  #writeRead(name: string, dtype: DType): void {
    this.#add(`read/${name}`, 'ReadVariableOp', [`variable/${name}:0`], { dtype: typeAttribute(dtype) });
  }

  /** @returns the node after which all variables hold their next values; null when there is nothing to assign. */
  #writeAssignments(): string | null {
    if (this.#program.updates.size === 0) return null;
    const guards = this.#guards.map((name) => this.#writeGuard(name));
    const reads = new Map(
      this.#program.nodes.map((node, i) => [node.op === 'Variable' ? node.label : null, this.#names[i]!]),
    );
    const assignments = [...this.#program.updates].map(([name, ref]) => {
      const read = reads.get(name);
      const before = [...guards, ...(read === undefined ? [] : [read])].map((node) => `^${node}`);
      return this.#writeAssignment(name, ref, before);
    });
    return this.#add(
      'updates',
      'NoOp',
      assignments.map((node) => `^${node}`),
      {},
    );
  }

  #writeGuard(output: string): string {
    const ref = this.#program.outputs.get(output);
    if (ref === undefined) throw new Error(`The guard "${output}" is not an output of ${this.#entry}.`);
    const attributes: Attributes = {
      T: typeAttribute(typeOf(this.#program, ref).dtype),
      message: { kind: 'string', value: guardMessage(output) },
    };
    return this.#add(`guard/${output}`, 'CheckNumerics', [this.#tensor(ref)], attributes);
  }

  #writeAssignment(name: string, ref: Ref, before: readonly string[]): string {
    const { dtype } = typeOf(this.#program, ref);
    let value = this.#tensor(ref);
    if (nodeOf(this.#program, ref).op === 'Input') {
      value = `${this.#add(`copy/${name}`, 'DeepCopy', [value], { T: typeAttribute(dtype) })}:0`;
    }
    const inputs = [`variable/${name}:0`, value, ...before];
    return this.#add(`assign/${name}`, 'AssignVariableOp', inputs, { dtype: typeAttribute(dtype) });
  }

  #writeOutputs(assigned: string | null): EntrySignature['outputs'] {
    const after = assigned === null ? [] : [`^${assigned}`];
    const outputs = new Map<string, TensorType & { readonly tensor: string }>();
    for (const [name, ref] of this.#program.outputs) {
      const type = typeOf(this.#program, ref);
      const node = this.#add(`output/${name}`, 'Identity', [this.#tensor(ref), ...after], {
        T: typeAttribute(type.dtype),
      });
      outputs.set(name, { ...type, tensor: `${node}:0` });
    }
    if (outputs.size === 0) {
      const type: TensorType = { dtype: 'bool', shape: [] };
      const value = { kind: 'tensor', value: { ...type, bytes: Uint8Array.of(1) } } as const;
      const node = this.#add(DONE, 'Const', after, { dtype: typeAttribute('bool'), value });
      outputs.set(DONE, { ...type, tensor: `${node}:0` });
    }
    return outputs;
  }

  #add(name: string, op: string, inputs: readonly string[], attributes: Attributes): string {
    const full = `${this.#entry}/${name}`;
    this.#nodes.push({ name: full, op, inputs, attributes });
    return full;
  }

  #tensor({ node, output }: Ref): string {
    return `${this.#names[node]!}:${output}`;
  }
}

/** What a failed guard's error carries, and is recognised by. */
export function guardMessage(output: string): string {
  return `kindred guard ${output}`;
}

function typeAttribute(value: DType): Attributes[string] {
  return { kind: 'type', value };
}

/** TensorFlow's rule for names; commas and colons would also be taken apart by the binding. */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/.test(name)) throw new Error(`"${name}" can't be the name of a node.`);
}
