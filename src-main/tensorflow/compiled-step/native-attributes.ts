import type { NativeAttribute, NativeBinding } from '../native-backend.ts';
import { dtypeOf } from '../tf-dtype.ts';
import type { Attribute, Attributes } from './program.ts';

/** Attributes as tfjs-node hands them to the binding, as data. @throws Error for a kind no operation of ours has. */
export function attributesFrom(native: readonly NativeAttribute[], binding: NativeBinding): Attributes {
  return Object.fromEntries(native.map((attribute) => [attribute.name, attributeFrom(attribute, binding)]));
}

function attributeFrom({ name, type, value }: NativeAttribute, binding: NativeBinding): Attribute {
  switch (type) {
    case binding.TF_ATTR_TYPE:
      return { kind: 'type', value: dtypeOf(Number(value)) };
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? { kind: 'ints', value: value.map(Number) } : { kind: 'int', value: Number(value) };
    case binding.TF_ATTR_FLOAT:
      return Array.isArray(value)
        ? { kind: 'floats', value: value.map(Number) }
        : { kind: 'float', value: Number(value) };
    case binding.TF_ATTR_BOOL:
      return { kind: 'bool', value: Boolean(value) };
    case binding.TF_ATTR_STRING:
      return { kind: 'string', value: String(value) };
    case binding.TF_ATTR_SHAPE:
      return { kind: 'shape', value: (value as readonly number[]).map(Number) };
    default:
      throw new Error(`The attribute "${name}" is of a kind (${type}) that no graph of ours has.`);
  }
}
