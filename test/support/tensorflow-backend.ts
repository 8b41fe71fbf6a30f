/** Loads TensorFlow for a test that would take minutes on the plain CPU backend. Kernels of ours: the composed ones. */
import { createRequire } from 'node:module';
import { registerComposedKernels } from '#simclr/ops/register-composed-kernels.ts';

/** tfjs-node calls two functions of `util` that Node has since dropped. */
export function loadTensorflow(): void {
  const require = createRequire(import.meta.url);
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  require('@tensorflow/tfjs-node');
  registerComposedKernels('tensorflow');
}
