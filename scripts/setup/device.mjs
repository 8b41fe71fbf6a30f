/** Which TensorFlow to provide: the one for the CPU, or the CUDA build where an NVIDIA driver is found or asked for. */
import { existsSync } from 'node:fs';

/** @returns `{ device: 'cpu' | 'gpu', why }`; `why` is a sentence for `doctor`. */
export function chosenDevice(env = process.env) {
  const asked = env.KINDRED_DEVICE;
  if (asked !== undefined && asked !== '' && asked !== 'cpu' && asked !== 'gpu') {
    throw new Error(`KINDRED_DEVICE is "${asked}"; it takes "cpu" or "gpu".`);
  }
  if (asked === 'cpu' || asked === 'gpu') return { device: asked, why: `KINDRED_DEVICE=${asked}` };
  const cudaCapable = process.platform === 'linux' && process.arch === 'x64';
  if (!cudaCapable)
    return { device: 'cpu', why: `TensorFlow has no CUDA build for ${process.platform}-${process.arch}` };
  if (existsSync('/proc/driver/nvidia/version')) return { device: 'gpu', why: 'an NVIDIA driver was found' };
  return { device: 'cpu', why: 'no NVIDIA driver was found' };
}
