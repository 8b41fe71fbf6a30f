import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { composedBatchNorm, composedBatchNormGradient } from '#simclr/ops/composed-batch-norm.ts';
import { composedReluGradient } from '#simclr/ops/composed-relu-gradient.ts';
import { uniformValues } from '#test/support/contrastive-definition.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';

checkNativeTensorLeaks();

type Kernel = (call: Parameters<tf.KernelFunc>[0]) => tf.Tensor | tf.Tensor[];

/** Largest difference between what the registered kernel and the composed one make of the same inputs. */
function largestDifferences(
  name: string,
  composed: Kernel,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): number[] {
  const native = [tf.engine().runKernel(name, inputs, attrs)].flat();
  const expected = [composed({ inputs, attrs, backend: tf.backend() })].flat();
  return expected.map((tensor, i) => {
    expect(native[i]!.shape).toEqual(tensor.shape);
    return tensor.size === 0 ? 0 : tf.max(tf.abs(tf.sub(tensor, native[i]!))).dataSync()[0]!;
  });
}

const random = (shape: number[], seed: number) =>
  tf.tensor(
    uniformValues(
      shape.reduce((a, b) => a * b),
      seed,
    ).map((value) => 4 * value - 2),
    shape,
  );

describe('native kernels', () => {
  for (const shape of [
    [4, 5, 3, 6],
    [16, 1, 1, 8],
    [7, 6, 5, 32],
  ]) {
    it(`normalise [${shape.join(', ')}] and differentiate it as the composed kernels do`, () => {
      tf.tidy(() => {
        const channels = shape[3]!;
        const [x, dy] = [random(shape, 1), random(shape, 2)];
        const [gamma, beta] = [random([channels], 3), random([channels], 4)];
        const attrs = { epsilon: 1e-5 };
        const forward = { x, gamma, beta };
        // The reserves are each kernel's own business: the first three outputs alone are compared.
        const firstThree: Kernel = (call) => composedBatchNorm.kernelFunc(call).slice(0, 3);
        for (const error of largestDifferences('KindredBatchNorm', firstThree, forward, attrs))
          expect(error).toBeLessThan(1e-5);

        const gradientsOf = (outputs: tf.Tensor[]) => {
          const [, , , reserve1, reserve2, reserve3] = outputs as [
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
          ];
          return { dy, x, gamma, reserve1, reserve2, reserve3 };
        };
        const native = tf.engine().runKernel<tf.Tensor[]>('KindredBatchNorm', forward, attrs);
        const composed = composedBatchNorm.kernelFunc({ inputs: forward, attrs, backend: tf.backend() });
        const expected: Kernel = (call) =>
          composedBatchNormGradient.kernelFunc({ ...call, inputs: gradientsOf(composed) });
        const errors = largestDifferences('KindredBatchNormGrad', expected, gradientsOf(native), attrs);
        expect(errors).toHaveLength(3);
        for (const error of errors) expect(error).toBeLessThan(5e-5);
      });
    });
  }

  it('pass a gradient where the ReLU passed something, and nothing at 0', () => {
    tf.tidy(() => {
      const inputs = { dy: random([3, 7], 1), y: tf.relu(random([3, 7], 2)) };
      expect(largestDifferences('KindredReluGrad', composedReluGradient.kernelFunc, inputs, {})).toEqual([0]);
    });
  });

  it('gather rows by index, on any axis, also of whole numbers', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      expect(tf.gather(x, [2, 0, 2]).arraySync()).toEqual([
        [5, 6],
        [1, 2],
        [5, 6],
      ]);
      expect(tf.gather(tf.cast(x, 'int32'), tf.tensor1d([1], 'int32'), 1).arraySync()).toEqual([[2], [4], [6]]);
    });
  });

  it('refuse an index out of range', () => {
    const x = tf.tensor1d([1, 2]);
    const index = tf.tensor1d([2], 'int32');
    expect(() => tf.tidy(() => tf.gather(x, index))).toThrow(/not in \[0, 2\)/);
    tf.dispose([x, index]);
  });
});
