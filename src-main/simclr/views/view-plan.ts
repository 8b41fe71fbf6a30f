import type { Recipe, ViewRecipe } from '../recipe.ts';

/** What is needed to know which views a run draws. */
export type ViewsOfRun = Pick<Recipe, 'side' | 'views' | 'secondViews'>;

/** The operations of colour jitter by number, as in `ViewParameters.orders`. */
export const JITTER_OPERATIONS = ['brightness', 'contrast', 'saturation', 'hue'] as const;
export const HUE = 3;

/** Blur is for larger views: at this side and below it is never drawn (rule V11). */
export const LARGEST_SIDE_WITHOUT_BLUR = 32;

/**
 * What the graph that draws a run's views consists of: a function of the recipe alone, so a recorded graph stays valid
 * for every step. An operation that no view can get is left out.
 */
export interface ViewPlan {
  readonly side: number;
  /** Numbers of the jitter operations that some view can get, ascending. */
  readonly operations: readonly number[];
  /** How many of them are linear in the colours (all but hue). */
  readonly linearCount: number;
  readonly hasContrast: boolean;
  readonly hasHue: boolean;
  /** The largest turn of the hue, in turns. */
  readonly largestHue: number;
  readonly hasFlip: boolean;
  readonly hasGrey: boolean;
  readonly hasBlur: boolean;
  /** ⌊kernel size / 2⌋ in pixels. */
  readonly blurRadius: number;
  /**
   * Views are drawn in so many streams of equal size. In stream q every view gets q linear operations, then the turn of
   * hue, then the remaining linear ones; without a turn of hue there is one stream.
   */
  readonly streams: number;
}

export function viewPlan({ side, views, secondViews }: ViewsOfRun): ViewPlan {
  const branches = secondViews === null ? [views] : [views, secondViews];
  const operations = JITTER_OPERATIONS.flatMap((name, operation) =>
    branches.some(({ jitter }) => jitter.probability > 0 && jitter[name] > 0) ? [operation] : [],
  );
  const hasHue = operations.includes(HUE);
  const linearCount = operations.length - (hasHue ? 1 : 0);
  return {
    side,
    operations,
    linearCount,
    hasContrast: operations.includes(JITTER_OPERATIONS.indexOf('contrast')),
    hasHue,
    largestHue: Math.max(...branches.map(({ jitter }) => (jitter.probability > 0 ? jitter.hue : 0))),
    hasFlip: branches.some(({ flip }) => flip.probability > 0),
    hasGrey: branches.some(({ grey }) => grey.probability > 0),
    hasBlur: branches.some((branch) => canBlur(branch, side)),
    blurRadius: blurRadius(side),
    streams: hasHue ? linearCount + 1 : 1,
  };
}

/** True when some view of this branch can be blurred. */
export function canBlur({ blur }: Pick<ViewRecipe, 'blur'>, side: number): boolean {
  return blur.probability > 0 && side > LARGEST_SIDE_WITHOUT_BLUR;
}

/** The kernel of 2⌊⌊side/10⌋/2⌋ + 1 pixels reaches this many to each side: 11 at 224, 4 at 96, 3 at 64. */
export function blurRadius(side: number): number {
  return Math.floor(Math.floor(side / 10) / 2);
}

/** Views in one stream, so many that all fit: ⌈views / streams⌉. */
export function streamLength(plan: ViewPlan, viewCount: number): number {
  return Math.ceil(viewCount / plan.streams);
}

/** Rows of the canvas: views, filled up to a whole number of streams of equal length. */
export function slotCount(plan: ViewPlan, viewCount: number): number {
  return plan.streams * streamLength(plan, viewCount);
}
