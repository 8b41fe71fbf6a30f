/**
 * Gradients of the few tfjs operations a network is made of. Importing this registers them.
 *
 * tfjs keeps its gradients in a package of its own that Node cannot load as a module; these are the ones the encoders
 * and heads need, and they make no constant as large as an activation. Where tfjs's own are loaded already (they come
 * with its TensorFlow binding) those stay.
 *
 * A gradient must never hand on `dy` itself: where two paths meet, the engine disposes the tensors it adds up.
 */
import * as tf from '@tensorflow/tfjs-core';

const gradients: readonly tf.GradConfig[] = [
  {
    kernelName: tf.Add,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => summedTo(a.shape, dy as tf.Tensor), b: () => summedTo(b.shape, dy as tf.Tensor) };
    },
  },
  {
    kernelName: tf.Multiply,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return {
        a: () => summedTo(a.shape, tf.mul(dy as tf.Tensor, b)),
        b: () => summedTo(b.shape, tf.mul(dy as tf.Tensor, a)),
      };
    },
  },
  {
    kernelName: tf.Reshape,
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => ({ x: () => tf.reshape(dy as tf.Tensor, saved[0]!.shape) }),
  },
  {
    kernelName: tf.PadV2,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const begin = (attrs as unknown as tf.PadV2Attrs).paddings.map(([before]) => before);
      return { x: () => tf.slice(dy as tf.Tensor, begin, saved[0]!.shape) };
    },
  },
  {
    kernelName: tf.BatchMatMul,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attrs) => {
      const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
      if (transposeA || transposeB) throw new Error('Only the gradient of an untransposed matrix product is here.');
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return {
        a: () => tf.matMul(dy as tf.Tensor, b, false, true),
        b: () => tf.matMul(a, dy as tf.Tensor, true, false),
      };
    },
  },
  {
    kernelName: tf.Conv2D,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor, tf.Tensor];
      const forInput = { ...attrs, inputShape: x.shape };
      const forFilter = { ...attrs, filterShape: filter.shape };
      return {
        x: () => runKernel(tf.Conv2DBackpropInput, { dy: dy as tf.Tensor, filter }, forInput),
        filter: () => runKernel(tf.Conv2DBackpropFilter, { x, dy: dy as tf.Tensor }, forFilter),
      };
    },
  },
  {
    kernelName: tf.MaxPool,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [input, output] = saved as [tf.Tensor, tf.Tensor];
      return { x: () => runKernel(tf.MaxPoolGrad, { dy: dy as tf.Tensor, input, output }, attrs) };
    },
  },
];

for (const gradient of gradients) {
  if (tf.getGradient(gradient.kernelName) === undefined) tf.registerGradient(gradient);
}

function runKernel(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(name, inputs, attrs);
}

/** Sums a gradient over the axes along which `shape` was broadcast. Always a new tensor. */
function summedTo(shape: number[], gradient: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), shape);
}
