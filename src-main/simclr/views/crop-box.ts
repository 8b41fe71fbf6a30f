import type { RandomStream } from '#base/random.ts';
import type { ViewRecipe } from '../recipe.ts';
import { tensorflowCropBox } from './tensorflow-crop-box.ts';

/** Size of an image in whole pixels of the pixel cache. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A part of an image in whole pixels, never empty, never over an edge. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const TRIES = 10;

/** The box of one view; the centred square when the recipe's probability says so. */
export function drawCropBox(stream: RandomStream, size: ImageSize, crop: ViewRecipe['crop']): CropBox {
  if (stream.uniform() >= crop.probability) return centredSquare(size, 1);
  return crop.sampling === 'tensorflow'
    ? tensorflowCropBox(stream, size, crop)
    : torchvisionCropBox(stream, size, crop);
}

/**
 * torchvision's `RandomResizedCrop.get_params`: area uniform, aspect (width / height) uniform in its logarithm, both
 * sides rounded; after ten boxes that do not fit, the largest centred one within the bounds of the aspect.
 */
export function torchvisionCropBox(stream: RandomStream, size: ImageSize, crop: ViewRecipe['crop']): CropBox {
  const area = size.width * size.height;
  const logMin = Math.log(crop.aspectMin);
  const logMax = Math.log(crop.aspectMax);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const target = area * stream.uniformIn(crop.areaMin, crop.areaMax);
    const aspect = Math.exp(stream.uniformIn(logMin, logMax));
    const width = Math.round(Math.sqrt(target * aspect));
    const height = Math.round(Math.sqrt(target / aspect));
    if (width > 0 && width <= size.width && height > 0 && height <= size.height) {
      const top = stream.below(size.height - height + 1);
      const left = stream.below(size.width - width + 1);
      return { top, left, height, width };
    }
  }
  return centredWithin(size, crop.aspectMin, crop.aspectMax);
}

/** The whole image when its aspect lies within the bounds, else the largest centred box at the nearer bound. */
export function centredWithin(size: ImageSize, aspectMin: number, aspectMax: number): CropBox {
  const aspect = size.width / size.height;
  if (aspect < aspectMin) return centred(size, atLeastOne(size.width / aspectMin), size.width);
  if (aspect > aspectMax) return centred(size, size.height, atLeastOne(size.height * aspectMax));
  return { top: 0, left: 0, height: size.height, width: size.width };
}

/** The centred square whose side is this share of the image's short side. */
export function centredSquare(size: ImageSize, share: number): CropBox {
  const side = atLeastOne(Math.min(size.width, size.height) * share);
  return centred(size, side, side);
}

function centred(size: ImageSize, height: number, width: number): CropBox {
  const top = Math.floor((size.height - height) / 2);
  const left = Math.floor((size.width - width) / 2);
  return { top, left, height, width };
}

function atLeastOne(length: number): number {
  return Math.max(1, Math.round(length));
}
