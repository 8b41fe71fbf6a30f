/**
 * Our operations (`simclr/ops/kernel-names.ts`) on the `tensorflow` backend, each as one fused operation of
 * TensorFlow's where the composed kernel takes a dozen: an eager ResNet-18 step at 32 px went from 78 to 118 views/s.
 */
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { batchNormGradientKernel, batchNormKernel } from './batch-norm.ts';
import { nativeAbilities } from '../native-abilities.ts';
import { directKernels } from './convolution.ts';
import { drawViewsKernel } from './draw-views.ts';
import { gatherKernel } from './gather.ts';
import { givenNormKernels } from './given-norms.ts';
import { globalNormKernel, updateKernel } from './optimizer-updates.ts';
import { reluGradientKernel } from './relu-gradient.ts';

const BACKEND = 'tensorflow';
let isRegistered = false;

/** May be called again. Replaces tfjs-node's kernel where ours bears its name. */
export function registerNativeKernels(): void {
  if (isRegistered) return;
  const { wholeOperations, convolutions } = nativeAbilities();
  const ours = [
    ...(wholeOperations ? [drawViewsKernel, updateKernel, globalNormKernel, ...givenNormKernels] : []),
    ...(convolutions ? directKernels((name) => getKernel(name, BACKEND)!) : []),
  ];
  for (const kernel of [batchNormKernel, batchNormGradientKernel, reluGradientKernel, gatherKernel, ...ours]) {
    if (getKernel(kernel.kernelName, BACKEND) !== undefined) unregisterKernel(kernel.kernelName, BACKEND);
    registerKernel({ ...kernel, backendName: BACKEND });
  }
  isRegistered = true;
}
