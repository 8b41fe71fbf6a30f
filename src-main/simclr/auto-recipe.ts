/** The `auto` preset: side by the images, width by the time. */
import type { Recipe, ViewRecipe } from './recipe.ts';

export const AUTO_SIDES = [32, 64, 96, 128, 160, 224] as const;
export const AUTO_WIDTHS = [1, 0.5, 0.25] as const;
/** Fewer passes over the images than this teach an encoder too little. */
export const AUTO_EPOCHS = 20;

/** Largest side that trains with the 3×3 stem, half the jitter and no blur: below it objects are a few pixels. */
const SMALL_SIDE_MAX = 64;
const LOW_TEMPERATURE_SIDE_MIN = 128;

export interface AutoQuestion {
  /** What the choice starts from: batch, optimizer and head stay as they are. */
  readonly base: Recipe;
  /** Median of the images' shorter sides, in pixels. */
  readonly medianShortSide: number;
  /** Images in training. */
  readonly imageCount: number;
  readonly minutes: number;
  /** Measured or estimated speed of a recipe on this computer. Asked for as few recipes as possible, best first. */
  readonly viewsPerSecondOf: (recipe: Recipe) => number | Promise<number>;
}

/**
 * The largest side not above the images' median, then the widest ResNet-18 that makes at least twenty epochs in the
 * time. Where even the narrowest does not, the next smaller side; at last ResNet-18 × ¼ at 32 pixels, fit or not.
 */
export async function autoRecipe(question: AutoQuestion): Promise<Recipe> {
  const candidates = autoCandidates(question.base, question.medianShortSide);
  for (const recipe of candidates) {
    const viewsPerSecond = await question.viewsPerSecondOf(recipe);
    if (epochsIn(question, viewsPerSecond) >= AUTO_EPOCHS) return recipe;
  }
  return candidates.at(-1)!;
}

/** Every recipe `auto` may choose for these images, best first. */
export function autoCandidates(base: Recipe, medianShortSide: number): readonly Recipe[] {
  const fitting = AUTO_SIDES.filter((side) => side <= Math.max(medianShortSide, AUTO_SIDES[0]));
  return fitting.toReversed().flatMap((side) => AUTO_WIDTHS.map((width) => recipeAt(base, side, width)));
}

/**
 * Work of a view against that of ResNet-18 × 1 at 1 px with the 3×3 stem: by area and by width squared; behind the 7×7
 * stem and its pooling everything is a sixteenth of the area.
 */
export function relativeWork({ side, width }: { readonly side: number; readonly width: number }): number {
  return (side * width) ** 2 / (side <= SMALL_SIDE_MAX ? 1 : 16);
}

function epochsIn({ minutes, imageCount }: AutoQuestion, viewsPerSecond: number): number {
  return (minutes * 60 * viewsPerSecond) / (2 * imageCount);
}

function recipeAt(base: Recipe, side: number, width: number): Recipe {
  const isSmall = side <= SMALL_SIDE_MAX;
  return {
    ...base,
    side,
    views: viewsAt(base.views, isSmall),
    encoder: { ...base.encoder, depth: 18, width, stem: isSmall ? 'small' : 'large' },
    loss: { ...base.loss, temperature: side < LOW_TEMPERATURE_SIDE_MIN ? 0.5 : 0.2 },
  };
}

/** Jitter of strength ½ and no blur on small images; strength 1 and blur on large ones. */
function viewsAt(views: ViewRecipe, isSmall: boolean): ViewRecipe {
  const strength = isSmall ? 0.5 : 1;
  const [light, hue] = [0.8 * strength, 0.2 * strength];
  return {
    ...views,
    jitter: { ...views.jitter, brightness: light, contrast: light, saturation: light, hue },
    blur: { ...views.blur, probability: isSmall ? 0 : 0.5 },
  };
}
