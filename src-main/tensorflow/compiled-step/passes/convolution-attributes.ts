import { plainConvolution, type PlainConvolution } from '../../direct-convolution.ts';
import type { Attribute, Attributes } from '../program.ts';

/** What operations of ours make of a convolution with these attributes; null where they don't know it. */
export function plainConvolutionOf(kernel: readonly number[], attributes: Attributes): PlainConvolution | null {
  const [strides, padding] = [attributes['strides'], attributes['padding']];
  if (strides?.kind !== 'ints' || padding?.kind !== 'string') return null;
  return plainConvolution(kernel, {
    strides: heightAndWidth(strides),
    dilations: heightAndWidth(attributes['dilations']),
    padding: padding.value,
  });
}

/** Of the operations of ours. */
export function directAttributes({ stride, pad }: PlainConvolution): Attributes {
  return {
    T: { kind: 'type', value: 'float32' },
    stride: { kind: 'int', value: stride },
    pad: { kind: 'int', value: pad },
  };
}

function heightAndWidth(attribute: Attribute | undefined): readonly [number, number] {
  if (attribute?.kind !== 'ints') return [1, 1];
  return [attribute.value[1]!, attribute.value[2]!];
}
