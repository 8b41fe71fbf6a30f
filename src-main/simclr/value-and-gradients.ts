/** Gradients of a pure function, with everything else it made handed out too. */
import * as tf from '@tensorflow/tfjs-core';
import './ops/gradients.ts';
import type { TensorMap } from './tensor-map.ts';

export interface Evaluated {
  readonly value: tf.Scalar;
  /** What else the function returned; no gradient flows through it. */
  readonly others: TensorMap;
}

/**
 * ∂value/∂x for every x, by one forward and one backward pass.
 *
 * The engine keeps only the function's value and disposes whatever else the forward pass made. So the others are
 * marked kept until the backward pass is over, then cloned (which copies nothing) into the caller's scope.
 * The caller disposes gradients, value and others, as a `tidy` around it does.
 *
 * @param xs by name; the function must use these very tensors.
 * @returns gradients by the same names, in the same order.
 */
export function valueAndGradients(
  xs: TensorMap,
  compute: () => Evaluated,
): Evaluated & { readonly gradients: TensorMap } {
  const names = Object.keys(xs);
  const kept: Record<string, tf.Tensor> = {};
  try {
    const { value, grads } = tf.engine().gradients(
      () => {
        const result = compute();
        for (const [name, tensor] of Object.entries(result.others)) kept[name] = tf.keep(tf.clone(tensor));
        return result.value;
      },
      names.map((name) => xs[name]!),
    );
    const gradients: Record<string, tf.Tensor> = {};
    names.forEach((name, i) => {
      gradients[name] = requireGradient(grads[i], name);
    });
    const others = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tf.clone(tensor)]));
    return { value: value as tf.Scalar, gradients, others };
  } finally {
    for (const tensor of Object.values(kept)) tensor.dispose();
  }
}

function requireGradient(gradient: tf.Tensor | null | undefined, name: string): tf.Tensor {
  if (gradient === null || gradient === undefined) throw new Error(`The value does not depend on "${name}".`);
  return gradient;
}
