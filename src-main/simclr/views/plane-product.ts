import * as tf from '@tensorflow/tfjs-core';

/**
 * One matrix a view, from the left, on each of its three planes: [n, p, q] · [n, 3, q, r] → [n, 3, p, r].
 *
 * TensorFlow broadcasts the matrices for nothing. tfjs's own backends pair batches by remainder, which is right for
 * leading dimensions alone (here it would pair plane c of view i with the matrix of view 3i + c mod n), so there they are
 * repeated.
 */
export function planeProduct(matrices: tf.Tensor3D, planes: tf.Tensor4D): tf.Tensor4D {
  const broadcast = tf.expandDims(matrices, 1);
  return tf.matMul(tf.getBackend() === 'tensorflow' ? broadcast : tf.tile(broadcast, [1, 3, 1, 1]), planes);
}
