/**
 * Instance retrieval: how well an encoder knows an image again, without any labels.
 *
 * Each held-out image is seen through two fixed seeded views; a first view is right when, of all second views, the
 * nearest by cosine is that of its own image.
 */
import { KindredError } from '#base/errors.ts';
import type { FindNeighbours } from '#base/neighbour-lists.ts';
import { ShapeError } from '#base/shapes.ts';
import { checkFinite, type VectorTable } from '#base/vector-table.ts';

export interface RetrievalResult {
  /** Share of first views whose nearest second view is their own, in [0, 1]. */
  readonly top1: number;
  /** What guessing would reach: 1 / n. */
  readonly chance: number;
  /** Images judged. */
  readonly n: number;
}

/**
 * @param firstViews [n, D]; row i is a view of image i.
 * @param secondViews [n, D]; row i is another view of the same image.
 * @throws KindredError `evaluation.empty` with fewer than 2 images, `vectors.notFinite`. @throws ShapeError when the
 * tables differ in shape.
 */
export async function instanceRetrieval(
  firstViews: VectorTable,
  secondViews: VectorTable,
  findNeighbours: FindNeighbours,
): Promise<RetrievalResult> {
  const n = firstViews.count;
  if (n !== secondViews.count || firstViews.dimensions !== secondViews.dimensions) {
    throw new ShapeError(
      `Both views must have one shape; got [${n}, ${firstViews.dimensions}] and ` +
        `[${secondViews.count}, ${secondViews.dimensions}].`,
    );
  }
  if (n < 2) {
    throw new KindredError('evaluation.empty', `Retrieval needs at least 2 images to choose from; got ${n}.`, { n });
  }
  checkFinite('First views', firstViews);
  checkFinite('Second views', secondViews);
  const { rows, similarities, k } = await findNeighbours(secondViews, firstViews, Math.min(2, n));
  let right = 0;
  for (let i = 0; i < n; i++) {
    // A tie with another image's view is a miss: a collapsed encoder must score nothing, not what row order gives it.
    const isTie = similarities[i * k] === similarities[i * k + 1];
    if (rows[i * k] === i && !isTie) right++;
  }
  return { top1: right / n, chance: 1 / n, n };
}
