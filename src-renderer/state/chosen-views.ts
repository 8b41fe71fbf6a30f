/**
 * The augmentations a person has settled on, on their way from looking at pairs to training with them. They stand in the
 * address beside those of the pairs, which may be changed further.
 */
import { type ChosenViews, VIEW_SIDES } from './view-settings.ts';
import { forgetViewsInAddress, showViewsInAddress, viewsOfAddress } from './views-address.ts';

class ViewChoice {
  /** null: what the preset says. */
  get value(): ChosenViews | null {
    const shown = viewsOfAddress(VIEW_SIDES, 'training');
    return shown && { side: shown.side, views: shown.branches[0], secondViews: shown.branches[1] };
  }

  choose(views: ChosenViews | null): void {
    if (views === null) forgetViewsInAddress('training');
    else showViewsInAddress({ side: views.side, branches: [views.views, views.secondViews] }, 'training');
  }
}

export const viewChoice = new ViewChoice();
