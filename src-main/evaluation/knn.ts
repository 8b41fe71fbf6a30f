/**
 * Weighted k-nearest-neighbour classification on ℓ2-normalised vectors (Wu et al., "Unsupervised Feature Learning via
 * Non-Parametric Instance Discrimination", 2018, §3.4): each neighbour votes for its class with weight exp(cos / τ).
 */
import type { FindNeighbours, NeighbourLists } from '#base/neighbour-lists.ts';
import { ShapeError } from '#base/shapes.ts';
import { checkFinite, type VectorTable } from '#base/vector-table.ts';
import { checkLabelled, type LabelledVectors } from './labels.ts';
import { withoutSelf } from './neighbours.ts';

export interface KnnOptions {
  /** Neighbours that vote; capped at the size of the bank. Protocol: 200, beside it 20 and 10. */
  readonly k: number;
  /** τ > 0, dimensionless. Protocol: 0.1. */
  readonly temperature: number;
}

/**
 * The class each query's neighbours vote for.
 *
 * @param lists neighbours, at least k of them a query.
 * @param bankLabels class of each bank row, 0 … classCount − 1.
 * @returns one class a query; of equal votes the lowest class wins.
 * @throws ShapeError when the lists are shorter than k.
 */
export function knnPredictions(
  lists: NeighbourLists,
  bankLabels: ArrayLike<number>,
  classCount: number,
  { k, temperature }: KnnOptions,
): Int32Array {
  if (k < 1 || k > lists.k) throw new ShapeError(`k = ${k} neighbours asked of lists of ${lists.k}.`);
  const count = lists.rows.length / lists.k;
  const predictions = new Int32Array(count);
  const votes = new Float64Array(classCount);
  for (let query = 0; query < count; query++) {
    votes.fill(0);
    const start = query * lists.k;
    const nearest = lists.similarities[start]!;
    for (let at = start; at < start + k; at++) {
      // Relative to the nearest: keeps the weights in (0, 1] at any temperature and changes no winner.
      votes[bankLabels[lists.rows[at]!]!]! += Math.exp((lists.similarities[at]! - nearest) / temperature);
    }
    predictions[query] = indexOfLargest(votes);
  }
  return predictions;
}

export interface KnnResult {
  /** Neighbours that voted: the asked k, or fewer where the bank is smaller. */
  readonly k: number;
  readonly predictions: Int32Array;
}

/**
 * kNN for several k from one search.
 *
 * @param ownRows for each query its own row in the bank (it then does not vote), or −1; default: no query is in the bank.
 * @param ks asked numbers of neighbours; each is capped at the rows that may vote.
 * @returns one result for each of `ks`, in their order.
 * @throws as `checkLabelled` for the bank; `vectors.notFinite` for queries.
 */
export async function classifyByNeighbours(
  bank: LabelledVectors,
  queries: VectorTable,
  classCount: number,
  ks: readonly number[],
  temperature: number,
  findNeighbours: FindNeighbours,
  ownRows?: ArrayLike<number>,
): Promise<readonly KnnResult[]> {
  checkLabelled('The bank of known images', bank, classCount);
  checkFinite('The images to classify', queries);
  const voters = ownRows === undefined ? bank.vectors.count : bank.vectors.count - 1;
  const capped = ks.map((k) => Math.min(k, voters));
  const most = Math.max(...capped);
  const lists =
    ownRows === undefined
      ? await findNeighbours(bank.vectors, queries, most)
      : withoutSelf(await findNeighbours(bank.vectors, queries, most + 1), ownRows);
  return capped.map((k) => ({ k, predictions: knnPredictions(lists, bank.labels, classCount, { k, temperature }) }));
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
