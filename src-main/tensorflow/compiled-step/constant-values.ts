/** Between typed arrays and a constant's bytes. */
import { elementCount, type ConstantValue, type TensorType } from './program.ts';

export function constantFrom(type: TensorType, values: Float32Array | Int32Array | Uint8Array): ConstantValue {
  return { ...type, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice() };
}

/** All elements as numbers, also of a constant kept as one element. */
export function valuesOf(constant: ConstantValue): readonly number[] {
  const stored = storedValues(constant);
  const count = elementCount(constant);
  return stored.length === count ? stored : Array.from({ length: count }, () => stored[0]!);
}

/** The elements that are kept: all, or the one that stands for all. */
export function storedValues({ dtype, bytes }: ConstantValue): readonly number[] {
  const buffer = bytes.slice().buffer;
  switch (dtype) {
    case 'float32':
      return [...new Float32Array(buffer)];
    case 'int32':
      return [...new Int32Array(buffer)];
    case 'bool':
    case 'uint8':
      return [...bytes];
    default:
      throw new Error(`A constant of type ${dtype} can't be read.`);
  }
}
