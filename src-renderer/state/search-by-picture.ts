/** A picture from outside the library (dropped, pasted or chosen) becomes the search, or an example of the one there is. */
import { uploadQuery } from '../transport/upload.ts';
import { address } from './address.svelte.ts';
import { MOST_EXAMPLES, writeExample } from './filter-address.ts';
import type { Studio } from './studio.svelte.ts';

/** only: all that is searched by. like, unlike: beside the examples there are, and a search of its own without them. */
export type PictureUse = 'only' | 'like' | 'unlike';

export function isSearchShown(): boolean {
  return address.screen === 'images' && address.list('like').length > 0;
}

export async function searchByPicture(studio: Studio, picture: Blob, use: PictureUse = 'only'): Promise<void> {
  const uploadId = await studio.ask(() => uploadQuery(picture, studio.key));
  if (!uploadId) return;
  const example = writeExample({ uploadId });
  if (use === 'only') address.go({ screen: 'images', like: [example], unlike: null, text: null });
  else if (isSearchShown()) addExample(studio, example, use);
  else studio.notify('The search was left before the picture was here, so it was not added.', true);
}

function addExample(studio: Studio, example: string, part: 'like' | 'unlike'): void {
  const before = address.list(part);
  if (before.includes(example)) studio.notify('That picture is among the examples already.');
  else if (before.length < MOST_EXAMPLES) address.go({ [part]: [...before, example] });
  else studio.notify(`A search takes ${MOST_EXAMPLES} of them at most. Take one out first.`, true);
}
