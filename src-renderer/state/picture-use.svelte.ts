/** What a picture is for that is dropped or pasted now: the search itself, unless a question for another example is open. */
import type { PictureUse } from './search-by-picture.ts';

class AwaitedPicture {
  #use = $state<PictureUse>('only');
  #onTaken: () => void = () => undefined;

  get use(): PictureUse {
    return this.#use;
  }

  /** @param onTaken called when one has come. @returns no more are awaited. */
  await(use: PictureUse, onTaken: () => void): () => void {
    this.#use = use;
    this.#onTaken = onTaken;
    return () => {
      this.#use = 'only';
      this.#onTaken = () => undefined;
    };
  }

  taken(): void {
    this.#onTaken();
  }
}

export const awaitedPicture = new AwaitedPicture();
