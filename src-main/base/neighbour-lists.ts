import type { VectorTable } from './vector-table.ts';

/** The k most similar bank rows of each query, best first. */
export interface NeighbourLists {
  /** Neighbours of each query. */
  readonly k: number;
  /** Bank rows, row-major [queries, k]. */
  readonly rows: Int32Array;
  /** Cosine similarities in [−1, 1], row-major [queries, k]. */
  readonly similarities: Float32Array;
}

/**
 * Finds the k most similar bank rows of each query by cosine; neighbours equally similar come in order of their rows.
 *
 * @param bank [N, D], rows of any length.
 * @param queries [Q, D].
 * @param k 1 … N.
 */
export type FindNeighbours = (
  bank: VectorTable,
  queries: VectorTable,
  k: number,
) => NeighbourLists | Promise<NeighbourLists>;
