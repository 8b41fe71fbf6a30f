/**
 * Which convolutions, gradients by input and gradients of kernels are done by operations of ours (`native/convolution.h`,
 * `native/filter-gradient.h`): the same ones whether a step is compiled or not, so that both give the same numbers.
 *
 * Shapes are [n, h, w, c], of kernels [side, side, in, out].
 */
export const CONVOLUTION = 'KindredConvolution';
/** With a bias, and the sum of something else and the ReLU after it or without. */
export const BIASED_CONVOLUTION = 'KindredBiasedConvolution';
export const CONVOLUTION_GRADIENT = 'KindredConvolutionGradient';
export const FILTER_GRADIENT = 'KindredFilterGradient';

/** A convolution as TensorFlow describes it. */
export interface ConvolutionSettings {
  /** Of height and width. */
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: string;
}

/** A square kernel of 1 or 3 a side at stride 1, which keeps the size, or at stride 2 without zeros around the images. */
export interface PlainConvolution {
  readonly side: 1 | 3;
  readonly stride: 1 | 2;
  /** Zeros on every side of the images. */
  readonly pad: 0 | 1;
}

type Shape = readonly number[];

const LANES = 16;
/** From one pixel to the next of those that are read, in numbers: powers of two up to here. */
const MOST_STEP = 2048;
/** @returns null for any other convolution. */
export function plainConvolution(kernel: Shape, settings: ConvolutionSettings): PlainConvolution | null {
  const [side, width] = kernel;
  if (side !== width || (side !== 1 && side !== 3)) return null;
  const [stride, across] = settings.strides;
  if (stride !== across || (stride !== 1 && stride !== 2) || settings.dilations.some((size) => size !== 1)) return null;
  const known = side === 1 && stride === 1 ? ['SAME', 'VALID'] : [stride === 1 ? 'SAME' : 'VALID'];
  if (!known.includes(settings.padding)) return null;
  return { side, stride, pad: side === 3 && stride === 1 ? 1 : 0 };
}

/** @param out of what is written. */
export function fitsConvolution(plain: PlainConvolution, kernel: Shape, out: Shape): boolean {
  const [, , inputs, outputs] = kernel as [number, number, number, number];
  return isStep(inputs * plain.stride) && outputs % LANES === 0 && canBeTiled(plain, out, 1);
}

/** @param input of what is written, the gradient by the convolution's input: at stride 2 in two goes each way. */
export function fitsConvolutionGradient(plain: PlainConvolution, kernel: Shape, input: Shape): boolean {
  const [, , inputs, outputs] = kernel as [number, number, number, number];
  return isStep(outputs) && inputs % LANES === 0 && canBeTiled(plain, input, plain.stride);
}

export function fitsFilterGradient(kernel: Shape): boolean {
  const [, , inputs, outputs] = kernel as [number, number, number, number];
  return inputs % LANES === 0 && outputs % LANES === 0;
}

/**
 * Whether the smallest tiles fit into what is written. At 1 × 1 and stride 1 an image is one row.
 *
 * @param goes each way.
 */
function canBeTiled({ side, stride }: PlainConvolution, written: Shape, goes: number): boolean {
  const [, height, width, channels] = written as [number, number, number, number];
  const isWide = channels % (2 * LANES) === 0;
  if (side === 1 && stride === 1) return height * width >= (isWide ? 8 : 16);
  return Math.min(height, width) >= goes * (isWide ? 3 : 4);
}

function isStep(step: number): boolean {
  return step >= LANES && step <= MOST_STEP && Number.isInteger(Math.log2(step));
}
