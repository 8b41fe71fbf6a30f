/** Exact neighbours on the device that trains: one matrix product and a top-k for a block of queries. */
import * as tf from '@tensorflow/tfjs-core';
import { normaliseRows, type VectorTable } from '#base/vector-table.ts';
import type { FindNeighbours } from '#evaluation/neighbours.ts';

const QUERY_BLOCK = 512;

export const deviceNeighbours: FindNeighbours = (bank, queries, k) => {
  const rows = new Int32Array(queries.count * k);
  const similarities = new Float32Array(queries.count * k);
  const bankTensor = tensorOf(normaliseRows(bank));
  const queryTensor = tensorOf(normaliseRows(queries));
  for (let first = 0; first < queries.count; first += QUERY_BLOCK) {
    const count = Math.min(QUERY_BLOCK, queries.count - first);
    const { values, indices } = tf.tidy(() => {
      const block = tf.slice(queryTensor, [first, 0], [count, -1]);
      return tf.topk(tf.matMul(block, bankTensor, false, true), k, true);
    });
    similarities.set(values.dataSync(), first * k);
    rows.set(indices.dataSync(), first * k);
    tf.dispose([values, indices]);
  }
  tf.dispose([bankTensor, queryTensor]);
  return { k, rows, similarities };
};

function tensorOf({ values, count, dimensions }: VectorTable): tf.Tensor2D {
  return tf.tensor2d(values, [count, dimensions]);
}
