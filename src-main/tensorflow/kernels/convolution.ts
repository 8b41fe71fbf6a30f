/**
 * Convolutions and their gradients by operations of ours where they know the shapes, as the compiled step has them; else,
 * and while a function is recorded, by tfjs-node's own kernels.
 */
import { backend_util, type KernelConfig, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  CONVOLUTION,
  CONVOLUTION_GRADIENT,
  FILTER_GRADIENT,
  fitsConvolution,
  fitsConvolutionGradient,
  fitsFilterGradient,
  plainConvolution,
  type PlainConvolution,
} from '../direct-convolution.ts';
import { nativeBackend, type NativeAttribute } from '../native-backend.ts';
import { TF_DTYPE } from '../tf-dtype.ts';
import type { NativeKernel } from './native-kernel.ts';

type KernelCall = Parameters<NativeKernel['kernelFunc']>[0];
type Shape4D = [number, number, number, number];

/** What an operation of ours gives for a call; null where it doesn't know it. */
type DirectKernel = (call: KernelCall) => Tensor | null;

/** {x, filter} {strides, pad, dilations} → y. */
const convolution: DirectKernel = ({ inputs, attrs }) => {
  const { x, filter } = inputs as Record<'x' | 'filter', TensorInfo>;
  const { plain, outShape } = described(x.shape, filter.shape, attrs);
  if (plain === null || !fitsConvolution(plain, filter.shape, outShape)) return null;
  return execute(CONVOLUTION, [x, filter], strideAndPad(plain));
};

/** {dy, filter} {strides, pad, inputShape} → dx. */
const convolutionGradient: DirectKernel = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as Record<'dy' | 'filter', TensorInfo>;
  const inputShape = attrs!['inputShape'] as Shape4D;
  const { plain } = described(inputShape, filter.shape, attrs);
  if (plain === null || !fitsConvolutionGradient(plain, filter.shape, inputShape)) return null;
  const [, height, width] = inputShape;
  return execute(CONVOLUTION_GRADIENT, [dy, filter], { ...strideAndPad(plain), height, width });
};

/** {x, dy} {strides, pad, filterShape} → dfilter. */
const filterGradient: DirectKernel = ({ inputs, attrs }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
  const filterShape = attrs!['filterShape'] as Shape4D;
  const { plain } = described(x.shape, filterShape, attrs);
  if (plain === null || !fitsFilterGradient(filterShape)) return null;
  return execute(FILTER_GRADIENT, [x, dy], { ...strideAndPad(plain), side: plain.side });
};

const DIRECT: ReadonlyMap<string, DirectKernel> = new Map([
  ['Conv2D', convolution],
  ['Conv2DBackpropInput', convolutionGradient],
  ['Conv2DBackpropFilter', filterGradient],
]);

/** @param own tfjs-node's kernel of a name. */
export function directKernels(own: (name: string) => KernelConfig): readonly NativeKernel[] {
  return [...DIRECT].map(([kernelName, direct]) => {
    const { kernelFunc } = own(kernelName);
    return {
      kernelName,
      kernelFunc: (call) => (nativeBackend().binding.isRecording ? null : direct(call)) ?? kernelFunc(call),
    };
  });
}

function described(x: readonly number[], filter: readonly number[], attrs: KernelCall['attrs']) {
  const { strides, pad, dilations, dataFormat } = attrs as unknown as {
    readonly strides: number | [number, number];
    readonly pad: 'same' | 'valid' | number;
    readonly dilations?: number | [number, number];
    readonly dataFormat?: string;
  };
  const [images, kernel] = [x as Shape4D, filter as Shape4D];
  const info = backend_util.computeConv2DInfo(images, kernel, strides, dilations ?? 1, pad);
  const isKnown = dataFormat === undefined || dataFormat === 'NHWC';
  const plain = plainConvolution(filter, {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padding: info.padInfo.type,
  });
  return { plain: isKnown ? plain : null, outShape: info.outShape };
}

const strideAndPad = ({ stride, pad }: PlainConvolution) => ({ stride, pad });

function execute(op: string, inputs: readonly TensorInfo[], numbers: Readonly<Record<string, number>>): Tensor {
  const backend = nativeBackend();
  const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding;
  const type: NativeAttribute = { name: 'T', type: TF_ATTR_TYPE, value: TF_DTYPE.float32 };
  const attributes = Object.entries(numbers).map(([name, value]) => ({ name, type: TF_ATTR_INT, value }));
  return backend.executeSingleOutput(op, [type, ...attributes], inputs);
}
