/** A picture from outside the library (dropped, pasted or chosen) becomes the search. */
import { uploadQuery } from '../transport/upload.ts';
import { address } from './address.svelte.ts';
import type { Studio } from './studio.svelte.ts';

export async function searchByPicture(studio: Studio, picture: Blob): Promise<void> {
  const uploadId = await studio.ask(() => uploadQuery(picture, studio.key));
  if (uploadId) address.go({ screen: 'images', like: [`u${uploadId}`], unlike: null, text: null });
}
