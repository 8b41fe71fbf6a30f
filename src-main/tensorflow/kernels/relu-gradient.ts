import type { TensorInfo } from '@tensorflow/tfjs-core';
import { TF_DTYPE } from '../tf-dtype.ts';
import { nativeBackend } from '../native-backend.ts';
import type { NativeKernel } from './native-kernel.ts';

/** {dy, y} → dy where y > 0, else 0. */
export const reluGradientKernel: NativeKernel = {
  kernelName: 'KindredReluGrad',
  kernelFunc: ({ inputs }) => {
    const { dy, y } = inputs as Record<'dy' | 'y', TensorInfo>;
    const backend = nativeBackend();
    const type = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: TF_DTYPE.float32 };
    return backend.executeSingleOutput('ReluGrad', [type], [dy, y]);
  },
};
