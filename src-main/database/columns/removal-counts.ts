import type { RemovalCounts } from '#application/ports/library.ts';
import type { Prepared } from '../prepared.ts';
import { GONE } from './file-columns.ts';
import type { LibraryColumns } from './library-columns.ts';

const HERE = 1;
const ELSEWHERE = 2;

/** What removing a dataset takes out of the library, counted over the columns. */
export function removalCounts(
  prepared: Prepared,
  { files, images }: Pick<LibraryColumns, 'files' | 'images'>,
  datasetId: number,
): RemovalCounts {
  const held = new Uint8Array(images.count);
  let count = 0;
  for (let row = 0; row < files.count; row++) {
    if (files.state[row] === GONE) continue;
    const isHere = files.dataset[row] === datasetId;
    if (isHere) count++;
    const image = files.image[row]!;
    if (image >= 0) held[image]! |= isHere ? HERE : ELSEWHERE;
  }
  const ownImages = (table: string): number => {
    let own = 0;
    for (const { id } of prepared.each<{ id: number }>(`SELECT image_id AS id FROM ${table}`)) {
      if (held[images.rowOf(id)] === HERE) own++;
    }
    return own;
  };
  return {
    files: count,
    images: held.reduce((sum, by) => sum + (by === HERE ? 1 : 0), 0),
    userLabels: ownImages('image_labels'),
    userTags: ownImages('image_tags'),
  };
}
