import type { RandomStream } from '#base/random.ts';
import type { ViewRecipe } from '../recipe.ts';
import { centredWithin, type CropBox, type ImageSize } from './crop-box.ts';

const TRIES = 100;
/** The reference asks that a crop covers this share of the image (its `min_object_covered`). */
const SMALLEST_COVER = 0.1;

/**
 * The sampling of google-research/simclr: TensorFlow's `sample_distorted_bounding_box` with the whole image as the
 * object. Against torchvision's: the aspect is uniform itself, the *height* is uniform over the heights that the area
 * allows at that aspect, boxes under a tenth of the image are thrown away, and the last row and column are never the
 * first of a smaller box (its upper bound is exclusive).
 *
 * Differs from it in one way: after 100 vain tries TensorFlow takes the whole image, which may not fit the canvas; here
 * it is the largest centred box within the bounds of the aspect.
 */
export function tensorflowCropBox(stream: RandomStream, size: ImageSize, crop: ViewRecipe['crop']): CropBox {
  const area = size.width * size.height;
  const smallestCover = crop.areaMax > SMALLEST_COVER ? SMALLEST_COVER * area : 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const aspect = stream.uniformIn(crop.aspectMin, crop.aspectMax);
    const sides = drawSides(stream, size, aspect, crop.areaMin * area, crop.areaMax * area);
    if (sides === null) continue;
    const { height, width } = sides;
    const top = height < size.height ? stream.below(size.height - height) : 0;
    const left = width < size.width ? stream.below(size.width - width) : 0;
    if (height * width >= smallestCover) return { top, left, height, width };
  }
  return centredWithin(size, crop.aspectMin, crop.aspectMax);
}

/** Height and width at an aspect, the area within its limits; null when rounding leaves none. */
function drawSides(
  stream: RandomStream,
  size: ImageSize,
  aspect: number,
  areaMin: number,
  areaMax: number,
): { readonly height: number; readonly width: number } | null {
  let highest = Math.round(Math.sqrt(areaMax / aspect));
  if (Math.round(highest * aspect) > size.width) highest = tallestOfWidth(size.width, aspect);
  highest = Math.min(highest, size.height);
  const lowest = Math.min(Math.round(Math.sqrt(areaMin / aspect)), highest);
  if (highest < 1) return null;
  let height = lowest + stream.below(highest - lowest + 1);
  // Rounding can leave the area just outside; one row more or less mends it.
  if (height * Math.round(height * aspect) < areaMin) height++;
  if (height * Math.round(height * aspect) > areaMax) height--;
  const width = Math.round(height * aspect);
  const isWithin = height * width >= areaMin && height * width <= areaMax;
  const fits = height > 0 && width > 0 && height <= size.height && width <= size.width;
  return isWithin && fits ? { height, width } : null;
}

/** The greatest height whose rounded width is not above the image's. */
function tallestOfWidth(width: number, aspect: number): number {
  const height = Math.floor((width + 0.5 - 1e-7) / aspect);
  return Math.round(height * aspect) > width ? height - 1 : height;
}
