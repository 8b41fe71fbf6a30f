import type { TensorInfo } from '@tensorflow/tfjs-core';
import { nativeBackend } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

/** {canvas, numbers, slotOfRow} {side, linearCount, streams, hasHue, hasGrey, blurRadius} → views, by `native/draw-views.h`. */
export const drawViewsKernel: NativeKernel = {
  kernelName: 'KindredDrawViews',
  kernelFunc: ({ inputs, attrs }) => {
    const { canvas, numbers, slotOfRow } = inputs as Record<'canvas' | 'numbers' | 'slotOfRow', TensorInfo>;
    const backend = nativeBackend();
    const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding;
    const int = (name: string, value: unknown) => ({ name, type: TF_ATTR_INT, value: Number(value) });
    const attributes = [
      { name: 'C', type: TF_ATTR_TYPE, value: TF_DTYPE[canvas.dtype as 'int32' | 'float32'] },
      int('side', attrs?.['side']),
      int('linear_count', attrs?.['linearCount']),
      int('streams', attrs?.['streams']),
      int('has_hue', attrs?.['hasHue']),
      int('has_grey', attrs?.['hasGrey']),
      int('blur_radius', attrs?.['blurRadius']),
    ];
    return backend.executeSingleOutput('KindredDrawViews', attributes, [canvas, numbers, slotOfRow]);
  },
};
