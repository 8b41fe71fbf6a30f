/**
 * Writes a pure function of tensors down as a program, by running it once without computing anything.
 *
 * While the function runs, the backend's calls into the native library are answered here: every operation gets a node,
 * and its result a made-up id and the type its shape function gives. No values exist, so nothing depends on any.
 *
 * R1  A number that changes between calls must be an input: a JavaScript number is frozen into the program.
 * R2  Whatever the function throws, the backend is as it was before, and no tensor is left behind.
 */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, type NativeBackend, type NativeBinding, type NativeTensor } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import { constantFrom, valuesOf } from './constant-values.ts';
import { attributesFrom } from './native-attributes.ts';
import { OperationCall } from './operation-call.ts';
import { ProgramBuilder } from './program-builder.ts';
import { typeOf, type Program, type Ref, type TensorType } from './program.ts';
import { RecordingError, originOfCall } from './recording-error.ts';
import { impliedAttributes } from './implied-attributes.ts';
import { shapeFunctions } from './shape-functions/shape-function-table.ts';

export type Tensors = Readonly<Record<string, tf.Tensor>>;
export type TensorTypes = ReadonlyMap<string, TensorType>;

/** What can be recorded: the next values of some variables, and outputs, from state and inputs. */
export type PureFunction = (state: Tensors, inputs: Tensors) => { readonly state: Tensors; readonly outputs: Tensors };

export interface RecordingRequest {
  readonly state: TensorTypes;
  /** A uint8 input reaches the function as int32, the narrowest type tfjs has. */
  readonly inputs: TensorTypes;
  /** Tensors from outside whose values may be frozen into the program. */
  readonly constants?: readonly tf.Tensor[];
  readonly run: PureFunction;
}

/** Ids from here on are made up; the binding counts its own from 0. */
const FIRST_ID = 0x4000_0000;

/** @throws RecordingError; what else the function throws comes through. */
export function recordProgram(request: RecordingRequest): Program {
  return new Recorder(nativeBackend(), request).record();
}

class Recorder {
  readonly #backend: NativeBackend;
  readonly #request: RecordingRequest;
  readonly #builder = new ProgramBuilder();
  /** The ref behind each made-up id. */
  readonly #refs: Ref[] = [];
  /** Tensors whose values the function wrote itself. */
  readonly #written = new WeakSet<object>();
  readonly #declared: ReadonlySet<object>;

  constructor(backend: NativeBackend, request: RecordingRequest) {
    this.#backend = backend;
    this.#request = request;
    this.#declared = new Set((request.constants ?? []).map((tensor) => tensor.dataId));
  }

  record(): Program {
    const restore = this.#takeOver();
    try {
      // Not returned through `tidy`, which would look for tensors in every byte of it.
      let program: Program | null = null;
      tf.tidy(() => {
        const state = this.#tensorsFor(this.#request.state, (name, type) => this.#builder.variable(name, type));
        const inputs = this.#tensorsFor(this.#request.inputs, (name, type) => this.#inputRef(name, type));
        const result = this.#request.run(state, inputs);
        const updates = this.#refsOf(result.state);
        this.#checkUpdates(updates);
        program = this.#builder.finish(updates, this.#refsOf(result.outputs));
      });
      return program!;
    } finally {
      restore();
    }
  }

  /** Puts our answers where the backend's calls go; what it returns undoes that. */
  #takeOver(): () => void {
    const backend = this.#backend;
    const { binding, getInputTensorIds, move, readSync } = backend;
    backend.binding = overriding(binding, {
      executeOp: (...call: Parameters<NativeBinding['executeOp']>) => this.#answer(binding, ...call),
      deleteTensor: (id: number) => (id >= FIRST_ID ? undefined : binding.deleteTensor(id)),
      tensorDataSync: refuseReadback,
      isRecording: true,
    });
    backend.getInputTensorIds = (tensors) => tensors.map((tensor) => this.#idOf(tensor));
    backend.move = (dataId, ...rest) => {
      this.#written.add(dataId);
      move.call(backend, dataId, ...rest);
    };
    backend.readSync = (dataId) => (this.#written.has(dataId) ? readSync.call(backend, dataId) : refuseReadback());
    return () => Object.assign(backend, { binding, getInputTensorIds, move, readSync });
  }

  /** One operation: a node, and the tensors tfjs-node makes of its outputs. */
  #answer(
    binding: NativeBinding,
    op: string,
    native: Parameters<NativeBinding['executeOp']>[1],
    ids: readonly number[],
    outputCount: number,
  ): NativeTensor[] {
    const shapeFunction = shapeFunctions.get(op);
    if (shapeFunction === undefined) {
      const message = `The operation ${op} has no shape function, so the function can't be recorded (at ${originOfCall()}).`;
      throw new RecordingError('unknownOperation', message);
    }
    const refs = ids.map((id) => this.#refs[id - FIRST_ID]!);
    const types = refs.map((ref) => typeOf(this.#builder, ref));
    const attributes = { ...attributesFrom(native, binding), ...impliedAttributes(op, types) };
    const call = new OperationCall(op, types, attributes, outputCount, (i) => this.#constantBehind(refs[i]));
    const outputs = this.#builder.add(op, refs, attributes, shapeFunction(call));
    return outputs.slice(0, outputCount).map((ref) => this.#nativeTensor(ref));
  }

  #constantBehind(ref: Ref | undefined): readonly number[] | null {
    const value = ref === undefined ? undefined : this.#builder.nodes[ref.node]!.attributes['value'];
    return value?.kind === 'tensor' ? valuesOf(value.value) : null;
  }

  #idOf(tensor: tf.TensorInfo): number {
    const entry = this.#backend.tensorMap.get(tensor.dataId);
    if (entry.id >= FIRST_ID) return entry.id;
    if (this.#written.has(tensor.dataId)) return this.#newId(this.#constantOf(tensor, entry.values));
    if (this.#declared.has(tensor.dataId)) return this.#newId(this.#constantOf(tensor, this.#valuesOf(tensor)));
    const shape = tensor.shape.join(', ');
    throw new RecordingError(
      'capturedTensor',
      `A tensor ${tensor.dtype} [${shape}] from outside is used at ${originOfCall()}. ` +
        'Make it part of the state or an input, make it inside, or declare it constant.',
    );
  }

  #constantOf(tensor: tf.TensorInfo, values: unknown): Ref {
    const type = { dtype: dtypeNamed(tensor.dtype), shape: [...tensor.shape] };
    return this.#builder.constant(constantFrom(type, asTypedArray(type, values)));
  }

  /** Values of a tensor from outside, read from the library itself. */
  #valuesOf(tensor: tf.TensorInfo): unknown {
    const { values, id } = this.#backend.tensorMap.get(tensor.dataId);
    const binding = Object.getPrototypeOf(this.#backend.binding) as NativeBinding;
    return values ?? binding.tensorDataSync(id);
  }

  #inputRef(name: string, type: TensorType): Ref {
    const input = this.#builder.input(name, type);
    return type.dtype === 'uint8' ? this.#builder.cast(input, type, 'int32') : input;
  }

  #tensorsFor(types: TensorTypes, refFor: (name: string, type: TensorType) => Ref): Tensors {
    return Object.fromEntries(
      [...types].map(([name, type]) => [
        name,
        this.#backend.createOutputTensor(this.#nativeTensor(refFor(name, type))),
      ]),
    );
  }

  #refsOf(tensors: Tensors): Map<string, Ref> {
    return new Map(Object.entries(tensors).map(([name, tensor]) => [name, this.#refs[this.#idOf(tensor) - FIRST_ID]!]));
  }

  #checkUpdates(updates: ReadonlyMap<string, Ref>): void {
    for (const [name, ref] of updates) {
      const [wanted, given] = [this.#request.state.get(name), typeOf(this.#builder, ref)];
      if (wanted?.dtype === given.dtype && wanted.shape.join() === given.shape.join()) continue;
      const was = wanted === undefined ? 'is not part of the state' : `is ${wanted.dtype} [${wanted.shape.join(', ')}]`;
      const message = `The next "${name}" is ${given.dtype} [${given.shape.join(', ')}]; the variable ${was}.`;
      throw new RecordingError('wrongResult', message);
    }
  }

  #newId(ref: Ref): number {
    this.#refs.push(ref);
    return FIRST_ID + this.#refs.length - 1;
  }

  #nativeTensor(ref: Ref): NativeTensor {
    const { dtype, shape } = typeOf(this.#builder, ref);
    return { id: this.#newId(ref), shape: [...shape], dtype: TF_DTYPE[dtype] };
  }
}

function refuseReadback(): never {
  throw new RecordingError('readback', `Values were read at ${originOfCall()}: a recorded function has none.`);
}

/** `base` with some members otherwise; the addon's own properties are read-only, so they can't be set. */
function overriding(base: NativeBinding, calls: Partial<NativeBinding>): NativeBinding {
  const descriptors = Object.entries(calls).map(([name, value]) => [name, { value }]);
  return Object.create(base, Object.fromEntries(descriptors)) as NativeBinding;
}

function dtypeNamed(dtype: tf.DataType): TensorType['dtype'] {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new RecordingError(
    'wrongResult',
    `A constant of type ${dtype} can't be part of a program (at ${originOfCall()}).`,
  );
}

/** tfjs keeps values as it was given them: typed arrays, or plain ones. */
function asTypedArray({ dtype }: TensorType, values: unknown): Float32Array | Int32Array | Uint8Array {
  const list = values as ArrayLike<number>;
  if (dtype === 'float32') return Float32Array.from(list);
  return dtype === 'int32' ? Int32Array.from(list) : Uint8Array.from(list);
}
