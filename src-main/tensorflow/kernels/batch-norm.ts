/**
 * Batch norm and its gradient, [n, h, w, c]: as operations of ours (`native/fused-norm.h`) where channels come in sixteens,
 * as the compiled step has them; else, and while a function is recorded, as TensorFlow's fused operations.
 */
import { scalar, tensor1d, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { BATCH_NORM, BATCH_NORM_GRADIENT, fitsNorm } from '../direct-norm.ts';
import { nativeAbilities } from '../native-abilities.ts';
import { nativeBackend, type NativeAttribute } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

type KernelAttributes = Parameters<NativeKernel['kernelFunc']>[0]['attrs'];

/**
 * {x, gamma, beta} {epsilon} → [y, batchMean, batchVariance (unbiased), reserve1, reserve2, reserve3]. Of an operation of
 * ours the reserves are mean, 1/√(variance + ε) and nothing.
 */
export const batchNormKernel: NativeKernel = {
  kernelName: 'KindredBatchNorm',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', TensorInfo>;
    return isDirect(x) ? directNorm(x, gamma, beta, attrs) : tensorflowNorm(x, gamma, beta, attrs);
  },
};

/** {dy, x, gamma, reserve1, reserve2, reserve3} {epsilon} → [dx, dgamma, dbeta]. */
export const batchNormGradientKernel: NativeKernel = {
  kernelName: 'KindredBatchNormGrad',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, x, gamma, reserve1, reserve2, reserve3 } = inputs as Record<GradientInput, TensorInfo>;
    if (isDirect(x)) {
      const attributes = [typed(), int('parts', 1), int('sides', 0), int('rectified', 0)];
      return nativeBackend().executeMultipleOutputs(
        BATCH_NORM_GRADIENT,
        attributes,
        [dy, x, gamma, reserve1, reserve2],
        3,
      );
    }
    const [dx, dgamma, dbeta, ...unused] = nativeBackend().executeMultipleOutputs(
      'FusedBatchNormGradV3',
      tensorflowAttributes(attrs),
      [dy, x, gamma, reserve1, reserve2, reserve3],
      5,
    ) as [Tensor, Tensor, Tensor, ...Tensor[]];
    for (const tensor of unused) tensor.dispose();
    return [dx, dgamma, dbeta];
  },
};

type GradientInput = 'dy' | 'x' | 'gamma' | 'reserve1' | 'reserve2' | 'reserve3';

function isDirect({ shape }: TensorInfo): boolean {
  return nativeBackend().binding.isRecording !== true && nativeAbilities().fusedNorms && fitsNorm(shape);
}

function directNorm(x: TensorInfo, gamma: TensorInfo, beta: TensorInfo, attrs: KernelAttributes): Tensor[] {
  const attributes = [typed(), int('sides', 0), int('rectified', 0), epsilon(attrs)];
  const outputs = nativeBackend().executeMultipleOutputs(BATCH_NORM, attributes, [x, gamma, beta], 4);
  const [y, mean, variance, inverse] = outputs as [Tensor, Tensor, Tensor, Tensor];
  return [y, mean, variance, mean.clone(), inverse, scalar(0)];
}

function tensorflowNorm(x: TensorInfo, gamma: TensorInfo, beta: TensorInfo, attrs: KernelAttributes): Tensor[] {
  // In training the running mean and variance are not read; TensorFlow wants them empty.
  const none = tensor1d([], 'float32');
  const outputs = nativeBackend().executeMultipleOutputs(
    'FusedBatchNormV3',
    tensorflowAttributes(attrs),
    [x, gamma, beta, none, none],
    6,
  );
  none.dispose();
  return outputs;
}

function tensorflowAttributes(attrs: KernelAttributes): NativeAttribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_STRING, TF_ATTR_BOOL } = nativeBackend().binding;
  return [
    typed(),
    { name: 'U', type: TF_ATTR_TYPE, value: TF_DTYPE.float32 },
    epsilon(attrs),
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
}

function typed(): NativeAttribute {
  return { name: 'T', type: nativeBackend().binding.TF_ATTR_TYPE, value: TF_DTYPE.float32 };
}

function int(name: string, value: number): NativeAttribute {
  return { name, type: nativeBackend().binding.TF_ATTR_INT, value };
}

function epsilon(attrs: KernelAttributes): NativeAttribute {
  return { name: 'epsilon', type: nativeBackend().binding.TF_ATTR_FLOAT, value: Number(attrs?.['epsilon']) };
}
