/** All images of a dataset, read so that nothing else of the thread waits for it: with a million it takes seconds. */
import type { DatasetId } from '#base/ids.ts';
import type { DatasetImage, LibraryStores } from './ports/library.ts';
import { Turns } from './turns.ts';

type ReadStores = { readonly files: Pick<LibraryStores['files'], 'imagesInPieces'> };

/** As `FileStore.images`, in pieces. What changes while they are read is in them or not. */
export async function* imagePieces({ files }: ReadStores, id: DatasetId): AsyncGenerator<readonly DatasetImage[]> {
  const turns = new Turns();
  for (const piece of files.imagesInPieces(id)) {
    yield piece;
    if (turns.isDue) await turns.next();
  }
}

/** See `imagePieces`. */
export async function imagesInTurns(stores: ReadStores, id: DatasetId): Promise<readonly DatasetImage[]> {
  const images: DatasetImage[] = [];
  for await (const piece of imagePieces(stores, id)) for (const image of piece) images.push(image);
  return images;
}
