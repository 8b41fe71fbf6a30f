/** The committed numbers of `torchvision_views.py`, and the pictures they were made from. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { type PlanarPixels, copyBoxToCanvas } from '#simclr/views/canvas.ts';
import type { CropBox } from '#simclr/views/crop-box.ts';

/** Values of an [S, S, 3] result at elements 0, step, 2 · step … (modulo its size). */
export interface Kept {
  readonly step: number;
  readonly values: readonly number[];
}

type Box = readonly [top: number, left: number, height: number, width: number];

export interface TorchvisionNumbers {
  readonly crops: readonly (Kept & { height: number; width: number; box: Box; side: number; flip: boolean })[];
  readonly jitter: {
    readonly pixels: readonly number[];
    readonly grey: Kept;
    readonly cases: readonly (Kept & { operation: string; factor: number })[];
  };
  readonly blurs: readonly (Kept & { side: number; sigma: number; size: number })[];
  readonly chains: readonly {
    readonly height: number;
    readonly width: number;
    readonly side: number;
    readonly cases: readonly (Kept & {
      box: Box;
      flip: number;
      order: number[];
      factors: number[];
      grey: number;
      sigma: number;
    })[];
  }[];
  readonly sampling: readonly {
    readonly imageHeight: number;
    readonly imageWidth: number;
    readonly areaMin: number;
    readonly areaMax: number;
    readonly shares: Readonly<Record<string, readonly (readonly [limit: number, share: number])[]>>;
  }[];
}

export const torchvisionNumbers = JSON.parse(
  readFileSync(new URL('./torchvision-views.json', import.meta.url), 'utf8'),
) as TorchvisionNumbers;

/** The same picture as the script's: uint8 [3, height, width]. */
export function picture(height: number, width: number): PlanarPixels {
  const data = new Uint8Array(3 * height * width);
  let at = 0;
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        data[at++] = (73 * x + 151 * y + 199 * c + 3 * x * y * (c + 1) + 5 * x * x + Math.floor((y * y) / 3)) % 256;
      }
    }
  }
  return { width, height, data };
}

export function cropBox([top, left, height, width]: Box): CropBox {
  return { top, left, height, width };
}

/** Boxes of one picture on a canvas of this side; what lies beyond the boxes is noise that must not be seen. */
export function canvasPixels(image: PlanarPixels, boxes: readonly CropBox[], side: number): Uint8Array {
  const canvas = Uint8Array.from({ length: boxes.length * 3 * side * side }, (_, i) => (i * 37) % 256);
  boxes.forEach((box, slot) => copyBoxToCanvas(image, box, canvas, slot, side));
  return canvas;
}

/** See `canvasPixels`. */
export function canvasOf(image: PlanarPixels, boxes: readonly CropBox[], side: number): tf.Tensor4D {
  return tf.tensor4d(canvasPixels(image, boxes, side), [boxes.length, 3, side, side], 'int32');
}

/** The elements of a result that were kept. */
export function keptOf(values: ArrayLike<number>, { step, values: { length } }: Kept): number[] {
  return Array.from({ length }, (_, k) => values[(k * step) % values.length]!);
}

/** [S, S, 3] pixels as [1, 3, S · S] planes. */
export function planesOf(pixels: readonly number[]): tf.Tensor3D {
  return tf.tidy(() => tf.transpose(tf.tensor3d([...pixels], [1, pixels.length / 3, 3]), [0, 2, 1]));
}
