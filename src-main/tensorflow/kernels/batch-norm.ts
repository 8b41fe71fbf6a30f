/** Batch norm and its gradient as TensorFlow's fused operations, [n, h, w, c]. */
import { tensor1d, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { nativeBackend, type NativeAttribute } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

/** {x, gamma, beta} {epsilon} → [y, batchMean, batchVariance (unbiased), reserve1, reserve2, reserve3]. */
export const batchNormKernel: NativeKernel = {
  kernelName: 'KindredBatchNorm',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', TensorInfo>;
    // In training the running mean and variance are not read; TensorFlow wants them empty.
    const none = tensor1d([], 'float32');
    const outputs = nativeBackend().executeMultipleOutputs(
      'FusedBatchNormV3',
      attributes(attrs),
      [x, gamma, beta, none, none],
      6,
    );
    none.dispose();
    return outputs;
  },
};

/** {dy, x, gamma, reserve1, reserve2, reserve3} {epsilon} → [dx, dgamma, dbeta]. */
export const batchNormGradientKernel: NativeKernel = {
  kernelName: 'KindredBatchNormGrad',
  kernelFunc: ({ inputs, attrs }) => {
    const { dy, x, gamma, reserve1, reserve2, reserve3 } = inputs as Record<GradientInput, TensorInfo>;
    const [dx, dgamma, dbeta, ...unused] = nativeBackend().executeMultipleOutputs(
      'FusedBatchNormGradV3',
      attributes(attrs),
      [dy, x, gamma, reserve1, reserve2, reserve3],
      5,
    ) as [Tensor, Tensor, Tensor, ...Tensor[]];
    for (const tensor of unused) tensor.dispose();
    return [dx, dgamma, dbeta];
  },
};

type GradientInput = 'dy' | 'x' | 'gamma' | 'reserve1' | 'reserve2' | 'reserve3';

function attributes(attrs: Parameters<NativeKernel['kernelFunc']>[0]['attrs']): NativeAttribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_BOOL } = nativeBackend().binding;
  return [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_DTYPE.float32 },
    { name: 'U', type: TF_ATTR_TYPE, value: TF_DTYPE.float32 },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: Number(attrs?.['epsilon']) },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
}
