import type { ImageQuality } from '#application/ports/images.ts';

/**
 * Brightness, contrast, sharpness and information of a greyscale picture.
 *
 * Sharpness is the variance of the four-neighbour Laplacian over inner pixels (Pech-Pacheco et al., 2000); 0 when
 * there are none.
 *
 * @param luma uint8 [height, width].
 */
export function qualityOf(luma: Uint8Array, width: number, height: number): ImageQuality {
  const histogram = new Uint32Array(256);
  for (const value of luma) histogram[value]!++;
  const count = luma.length;
  let [sum, squares, entropyBits] = [0, 0, 0];
  for (let value = 0; value < 256; value++) {
    const share = histogram[value]! / count;
    if (share === 0) continue;
    sum += share * value;
    squares += share * value * value;
    entropyBits -= share * Math.log2(share);
  }
  return {
    brightness: sum / 255,
    contrast: Math.sqrt(Math.max(0, squares - sum * sum)) / 255,
    sharpness: laplacianVariance(luma, width, height),
    entropyBits: Math.max(0, entropyBits),
  };
}

function laplacianVariance(luma: Uint8Array, width: number, height: number): number {
  const count = (width - 2) * (height - 2);
  if (width < 3 || height < 3) return 0;
  let [sum, squares] = [0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1, end = at + width - 2; at < end; at++) {
      const value = luma[at - 1]! + luma[at + 1]! + luma[at - width]! + luma[at + width]! - 4 * luma[at]!;
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / count;
  return Math.max(0, squares / count - mean * mean);
}
