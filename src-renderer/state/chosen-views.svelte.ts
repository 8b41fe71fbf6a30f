/** The augmentations a person has settled on, on their way from looking at pairs to training with them. */
import type { ChosenViews } from './view-settings.ts';

class ViewChoice {
  #chosen = $state.raw<ChosenViews | null>(null);

  /** null: what the preset says. */
  get value(): ChosenViews | null {
    return this.#chosen;
  }

  choose(views: ChosenViews | null): void {
    this.#chosen = views;
  }
}

export const viewChoice = new ViewChoice();
