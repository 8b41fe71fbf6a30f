import { scalar, util, type TensorInfo } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

/**
 * Rows by index. tfjs-node's own kernel reads the indices back to check them, which stalls, and which a recording can't
 * do; TensorFlow checks them itself on a CPU, and gives zeros for what is out of range on a GPU.
 */
export const gatherKernel: NativeKernel = {
  kernelName: 'GatherV2',
  kernelFunc: ({ inputs, attrs }) => {
    const { x, indices } = inputs as Record<'x' | 'indices', TensorInfo>;
    const { axis, batchDims } = attrs as { axis: number; batchDims: number };
    const backend = nativeBackend();
    const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding;
    const along = scalar(util.parseAxisParam(axis, x.shape)[0]!, 'int32');
    const attributes = [
      { name: 'batch_dims', type: TF_ATTR_INT, value: batchDims },
      { name: 'Tparams', type: TF_ATTR_TYPE, value: typeNumber(x.dtype) },
      { name: 'Tindices', type: TF_ATTR_TYPE, value: typeNumber(indices.dtype) },
      { name: 'Taxis', type: TF_ATTR_TYPE, value: TF_DTYPE.int32 },
    ];
    const rows = backend.executeSingleOutput('GatherV2', attributes, [x, indices, along]);
    along.dispose();
    return rows;
  },
};

function typeNumber(dtype: string): number {
  const code = (TF_DTYPE as Readonly<Record<string, number>>)[dtype];
  if (code === undefined) throw new Error(`Rows of type ${dtype} can't be gathered.`);
  return code;
}
