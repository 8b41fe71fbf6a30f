/** Augmented pairs to look at: drawn by a compute process as in training, kept for a moment until they are fetched. */
import { randomBytes } from 'node:crypto';
import type { DecodedPixels, ImageDecoder } from '#application/ports/images.ts';
import { KindredError } from '#base/errors.ts';
import type { ImageId } from '#base/ids.ts';
import type { PlanarPixels } from '#simclr/views/canvas.ts';
import type { ViewsOfRun } from '#simclr/views/view-plan.ts';
import { DrawingClient } from '../compute/drawing-client.ts';

/** As in training: short side kept beside the side trained at. */
const CACHE_SIDE_FACTOR = 1.25;
const KEPT_DRAWINGS = 12;
const KEPT_IMAGES = 256;

export interface PairsParts {
  readonly decoder: () => Promise<ImageDecoder>;
  readonly pathOf: (imageId: ImageId) => string | null;
  /** Upright size of the original. */
  readonly sizeOf: (imageId: ImageId) => { readonly widthPx: number; readonly heightPx: number } | null;
  readonly isTraining: () => boolean;
}

export interface PairsRequest extends ViewsOfRun {
  readonly imageIds: readonly number[];
  readonly seed: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Pairs {
  readonly #parts: PairsParts;
  readonly #client: DrawingClient;
  readonly #drawings = new Map<string, Uint8Array>();
  readonly #images = new Map<string, Promise<PlanarPixels>>();

  constructor(parts: PairsParts) {
    this.#parts = parts;
    this.#client = new DrawingClient(() => (parts.isTraining() ? 1 : 0));
  }

  /** @throws KindredError `image.…`, `compute.died`, `setup.incomplete`. */
  async draw({ imageIds, side, views, secondViews, seed }: PairsRequest): Promise<{
    pairsId: string;
    pairs: { imageId: number; widthPx: number; heightPx: number; boxes: Box[] }[];
  }> {
    const cacheSide = Math.ceil(CACHE_SIDE_FACTOR * side);
    const images = await Promise.all(imageIds.map((id) => this.#pixelsOf(id as ImageId, cacheSide)));
    const run = { side, views, secondViews };
    const { pixels, boxes } = await this.#client.draw({ run, seed, cacheSide, images });
    const pairsId = randomBytes(9).toString('base64url');
    this.#drawings.set(pairsId, pixels);
    forgetOldest(this.#drawings, KEPT_DRAWINGS);
    const pairs = imageIds.map((imageId, i) => {
      const size = this.#parts.sizeOf(imageId as ImageId)!;
      const ofView = (view: number): Box => boxInOriginal(boxes.subarray(4 * view, 4 * view + 4), images[i]!, size);
      return { imageId, ...sizeOnly(size), boxes: [ofView(i), ofView(i + images.length)] };
    });
    return { pairsId, pairs };
  }

  /** All views of a drawing, uint8 [2N, side, side, 3], the first of each pair before the second ones; null when forgotten. */
  views(pairsId: string): Uint8Array | null {
    return this.#drawings.get(pairsId) ?? null;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #pixelsOf(id: ImageId, cacheSide: number): Promise<PlanarPixels> {
    const key = `${id}@${cacheSide}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const decoded = this.#decode(id, cacheSide);
    this.#images.set(key, decoded);
    decoded.catch(() => this.#images.delete(key));
    forgetOldest(this.#images, KEPT_IMAGES);
    return decoded;
  }

  async #decode(id: ImageId, cacheSide: number): Promise<PlanarPixels> {
    const path = this.#parts.pathOf(id);
    if (path === null) throw new KindredError('image.missing', `No file of image #${id} is there any more.`, { id });
    return planar(await (await this.#parts.decoder()).pixels(path, cacheSide));
  }
}

function forgetOldest(kept: Map<string, unknown>, most: number): void {
  while (kept.size > most) kept.delete(kept.keys().next().value!);
}

function planar({ widthPx, heightPx, data }: DecodedPixels): PlanarPixels {
  const count = widthPx * heightPx;
  const planes = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let plane = 0; plane < 3; plane++) planes[plane * count + i] = data[3 * i + plane]!;
  }
  return { width: widthPx, height: heightPx, data: planes };
}

const sizeOnly = ({ widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }) => ({
  widthPx,
  heightPx,
});

/** @param box top, left, height, width in pixels of the cached image. */
function boxInOriginal(
  box: Int32Array,
  cached: PlanarPixels,
  size: { readonly widthPx: number; readonly heightPx: number },
): Box {
  const [top, left, height, width] = box as unknown as readonly [number, number, number, number];
  const across = size.widthPx / cached.width;
  const down = size.heightPx / cached.height;
  return { x: left * across, y: top * down, width: width * across, height: height * down };
}
