/**
 * Pairs as they are drawn: one request under way at a time and the newest one waiting, so that a dial that is dragged
 * is followed as fast as drawing goes and never queues up.
 */
import type { DrawnPairs } from './pair-views.ts';
import type { Studio } from './studio.svelte.ts';
import type { ViewRecipe } from './view-settings.ts';

export interface PairsRequest {
  readonly imageIds: readonly number[];
  readonly side: number;
  readonly views: ViewRecipe;
  readonly secondViews: ViewRecipe | null;
  readonly seed: number;
}

export class PairDrawing {
  readonly #studio: Studio;
  #drawn = $state.raw<DrawnPairs | null>(null);
  #isDrawing = $state(false);
  #waiting: PairsRequest | null = null;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get drawn(): DrawnPairs | null {
    return this.#drawn;
  }
  get isDrawing(): boolean {
    return this.#isDrawing;
  }

  draw(request: PairsRequest): void {
    this.#waiting = request;
    if (!this.#isDrawing) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isDrawing = true;
    while (this.#waiting !== null) {
      const request = this.#waiting;
      this.#waiting = null;
      const drawn = await this.#studio.ask(async (engine) => {
        const { pairsId, pairs } = await engine.pair.draw({ ...request, imageIds: [...request.imageIds] });
        const response = await fetch(`/pictures/pairs/${pairsId}`);
        return { pairs, side: request.side, pixels: new Uint8Array(await response.arrayBuffer()) };
      });
      if (drawn !== null) this.#drawn = drawn;
    }
    this.#isDrawing = false;
  }
}
