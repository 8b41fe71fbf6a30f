import { RandomStream } from '#base/random.ts';
import { streamOfView } from './drawing-inputs.ts';
import type { ViewParameters } from './view-parameters.ts';
import { streamLength, type ViewPlan } from './view-plan.ts';

/**
 * The chunk in which each of a step's views is computed, when a batch is computed in parts.
 *
 * Dealt anew at every step: views are shuffled within their streams (`ViewPlan.streams`) and dealt in turn, so every
 * chunk gets equally many views, and of each stream no more than a drawing of a chunk has room for. Then each image
 * whose two views met in one chunk exchanges one of them for a random view of another chunk, until no two meet.
 *
 * @param chunks 2 or more; divides the number of views.
 * @returns [viewCount], 0 … chunks − 1.
 */
export function dealChunks(
  plan: ViewPlan,
  parameters: Pick<ViewParameters, 'viewCount' | 'orders'>,
  chunks: number,
  seed: number,
  step: number,
): Uint16Array {
  const { viewCount, orders } = parameters;
  if (chunks < 2 || viewCount % chunks !== 0) throw new Error(`${viewCount} views can't be dealt to ${chunks} chunks.`);
  const random = new RandomStream(seed, 'chunk deal', step);
  const streamOf = Uint8Array.from({ length: viewCount }, (_, view) => streamOfView(plan, orders, view));
  const shuffled = random.permutation(viewCount);
  const byStream = Array.from({ length: plan.streams }, (_, stream) =>
    shuffled.filter((view) => streamOf[view] === stream),
  );
  const deal = new Deal(streamOf, plan.streams, chunks, streamLength(plan, viewCount / chunks));
  byStream.flatMap((views) => [...views]).forEach((view, place) => deal.put(view, place % chunks));
  deal.part(random);
  return deal.chunkOf;
}

/** Who is where, and how full each stream of each chunk is. */
class Deal {
  readonly chunkOf: Uint16Array;
  readonly #streamOf: Uint8Array;
  readonly #streams: number;
  readonly #room: number;
  readonly #filled: Int32Array;

  constructor(streamOf: Uint8Array, streams: number, chunks: number, room: number) {
    this.chunkOf = new Uint16Array(streamOf.length);
    this.#streamOf = streamOf;
    this.#streams = streams;
    this.#room = room;
    this.#filled = new Int32Array(chunks * streams);
  }

  put(view: number, chunk: number): void {
    this.chunkOf[view] = chunk;
    this.#filled[this.#place(chunk, view)]!++;
  }

  /** Exchanges views until the two of an image are apart. An exchange never makes more meetings than it ends. */
  part(random: RandomStream): void {
    const images = this.chunkOf.length / 2;
    const waiting = Array.from({ length: images }, (_, image) => image).filter((image) => this.#meets(image));
    while (waiting.length > 0) {
      const image = waiting.at(-1)!;
      if (!this.#meets(image)) {
        waiting.pop();
        continue;
      }
      const view = random.below(2) === 0 ? image : image + images;
      const other = random.below(2 * images);
      if (!this.#canExchange(view, other)) continue;
      this.#exchange(view, other);
      if (this.#meets(other % images)) waiting.push(other % images);
    }
  }

  #meets(image: number): boolean {
    return this.chunkOf[image] === this.chunkOf[image + this.chunkOf.length / 2];
  }

  #canExchange(view: number, other: number): boolean {
    const [here, there] = [this.chunkOf[view]!, this.chunkOf[other]!];
    if (here === there) return false;
    if (this.#streamOf[view] === this.#streamOf[other]) return true;
    return this.#filled[this.#place(there, view)]! < this.#room && this.#filled[this.#place(here, other)]! < this.#room;
  }

  #exchange(view: number, other: number): void {
    const [here, there] = [this.chunkOf[view]!, this.chunkOf[other]!];
    this.#filled[this.#place(here, view)]!--;
    this.#filled[this.#place(there, other)]!--;
    this.put(view, there);
    this.put(other, here);
  }

  #place(chunk: number, view: number): number {
    return chunk * this.#streams + this.#streamOf[view]!;
  }
}

/** Of each chunk, its views in ascending order. */
export function viewsOfChunks(chunkOf: Uint16Array, chunks: number): readonly Uint32Array[] {
  const lists: number[][] = Array.from({ length: chunks }, () => []);
  chunkOf.forEach((chunk, view) => lists[chunk]!.push(view));
  return lists.map((views) => Uint32Array.from(views));
}
