/** Optimizers' updates and the norm of all gradients, of many tensors at once, by `native/optimizer-updates.h`. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../native-backend.ts';
import type { NativeKernel } from './native-kernel.ts';

type Attributes = Parameters<NativeKernel['kernelFunc']>[0]['attrs'];

/** {weight0 … gradient0 … slot0 … learningRate, step} {count, slots, rule, settings} → next weights, next slots. */
export const updateKernel: NativeKernel = {
  kernelName: 'KindredUpdate',
  kernelFunc: ({ inputs, attrs }) => {
    const [count, slots] = [Number(attrs?.['count']), Number(attrs?.['slots'])];
    const given = inputs as Record<string, TensorInfo>;
    const tensors = [...numbered(given, 'weight', count), ...numbered(given, 'gradient', count)];
    return nativeBackend().executeMultipleOutputs(
      'KindredUpdate',
      [
        ...ints(attrs, { n: 'count', m: 'slots', rule: 'rule', is_nesterov: 'nesterov', is_adapted: 'isAdapted' }),
        ...floats(attrs, { momentum: 'momentum', weight_decay: 'weightDecay', trust_coefficient: 'trustCoefficient' }),
        ...floats(attrs, { beta1: 'beta1', beta2: 'beta2', epsilon: 'epsilon' }),
      ],
      [...tensors, ...numbered(given, 'slot', slots), given['learningRate']!, given['step']!],
      count + slots,
    );
  },
};

/** {tensor0 …} {count} → √(Σ over all tensors of Σ x²). */
export const globalNormKernel: NativeKernel = {
  kernelName: 'KindredGlobalNorm',
  kernelFunc: ({ inputs, attrs }) =>
    nativeBackend().executeSingleOutput(
      'KindredGlobalNorm',
      ints(attrs, { n: 'count' }),
      numbered(inputs as Record<string, TensorInfo>, 'tensor', Number(attrs?.['count'])),
    ),
};

function numbered(inputs: Readonly<Record<string, TensorInfo>>, name: string, count: number): TensorInfo[] {
  return Array.from({ length: count }, (_, i) => inputs[`${name}${i}`]!);
}

const ints = (attrs: Attributes, names: Readonly<Record<string, string>>) =>
  attributes(attrs, names, nativeBackend().binding.TF_ATTR_INT);
const floats = (attrs: Attributes, names: Readonly<Record<string, string>>) =>
  attributes(attrs, names, nativeBackend().binding.TF_ATTR_FLOAT);

/** @param names of TensorFlow's attributes, with ours. */
function attributes(attrs: Attributes, names: Readonly<Record<string, string>>, type: number) {
  return Object.entries(names).map(([name, ours]) => ({ name, type, value: Number(attrs?.[ours]) }));
}
