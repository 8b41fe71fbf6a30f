/** Fills the pixel cache by the decoders: incremental, and resumable after an end at any moment. */
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isKindredError, KindredError } from '#base/errors.ts';
import type { DecodedPixels, ImageDecoder, PixelPacker } from '#application/ports/images.ts';
import type {
  CachedImage,
  CachePlan,
  CacheProgress,
  PixelCacheBuilder,
  PreparedCache,
} from '#application/ports/pixel-cache.ts';
import { resultsAsReady } from '../results-as-ready.ts';
import { planCache } from './cache-plan.ts';
import { inTurn } from './folder-turns.ts';
import { indexPath, type PixelIndex } from './pixel-index.ts';
import { planesOf } from './planes.ts';
import { recoverIndex } from './recover-index.ts';
import { SegmentWriter, type KeptPixels } from './segment-writer.ts';

/** Images given to the decoders ahead of the writer; of small ones fewer leave the decoders without work now and then. */
const AHEAD = 192;
const PROGRESS_MS = 100;

type Problem = PreparedCache['problems'][number];
type Decoded = { readonly contentHash: string; readonly kept: KeptPixels } | { readonly problem: Problem };
type PixelDecoder = Pick<ImageDecoder, 'pixels'> & Pick<PixelPacker, 'packed'>;

/**
 * @param pixelsFolder holds one cache a side, `side-<cacheSide>`. No other process may build there at the same time.
 * @param budgetBytes see `planCache`.
 */
export function createPixelCacheBuilder(
  pixelsFolder: string,
  decoder: PixelDecoder,
  budgetBytes: number | null = null,
): PixelCacheBuilder {
  return {
    prepare: (cacheSide, images, onProgress, signal) => {
      const folder = join(pixelsFolder, `side-${cacheSide}`);
      const build = { pixelsFolder, folder, cacheSide, decoder, budgetBytes, onProgress, signal };
      return inTurn(pixelsFolder, () => fillCache(build, images));
    },
  };
}

interface Build {
  readonly pixelsFolder: string;
  readonly folder: string;
  readonly cacheSide: number;
  readonly decoder: PixelDecoder;
  readonly budgetBytes: number | null;
  readonly onProgress: (progress: CacheProgress) => void;
  readonly signal: AbortSignal;
}

async function fillCache(build: Build, images: readonly CachedImage[]): Promise<PreparedCache> {
  const { pixelsFolder, folder, cacheSide, budgetBytes, signal } = build;
  mkdirSync(folder, { recursive: true });
  const index = recoverIndex(folder, cacheSide);
  const wanted = new Map(images.map((image) => [image.contentHash, image]));
  const missing = [...wanted.values()].filter(({ contentHash }) => !index.images.has(contentHash));
  const plan = planCache(pixelsFolder, folder, index, missing, budgetBytes);
  const report = progressReporter(build, plan, index, wanted, missing);
  const writer = new SegmentWriter(folder, index);
  const problems: Problem[] = [];
  try {
    const decode = (image: CachedImage): Promise<Decoded> => decodeOne(build, plan, image);
    for await (const decoded of resultsAsReady(missing, decode, AHEAD, signal)) {
      if ('problem' in decoded) problems.push(decoded.problem);
      else writer.append(decoded.contentHash, decoded.kept);
      report('kept' in decoded ? decoded.kept.bytes.length : 0);
    }
    writer.seal();
  } catch (error) {
    throw endedEarly(error, writer, build);
  }
  if (index.images.size > 0) utimesSync(indexPath(folder), new Date(), new Date());
  report(0, true);
  return { folder, problems };
}

/** Keeps what can be kept, and says why the build ended. */
function endedEarly(error: unknown, writer: SegmentWriter, { folder, signal }: Build): unknown {
  const isFull = error instanceof Error && Reflect.get(error, 'code') === 'ENOSPC';
  try {
    if (isFull) writer.discard();
    else writer.seal();
  } catch {
    writer.discard();
  }
  if (isFull) {
    const message = `The disk of "${folder}" is full; pixels prepared so far are kept. Make room and start again.`;
    return new KindredError('disk.full', message, { folder }, error);
  }
  if (signal.aborted) return new KindredError('job.interrupted', 'Stopped preparing pixels; what is done is kept.');
  return error;
}

async function decodeOne(build: Build, plan: CachePlan, { contentHash, path }: CachedImage): Promise<Decoded> {
  const { decoder, cacheSide } = build;
  try {
    if (plan.encoding === 'raw') {
      return { contentHash, kept: rawOf(await decoder.pixels(path, cacheSide, undefined, contentHash)) };
    }
    const packed = await decoder.packed(path, cacheSide, contentHash);
    if ('data' in packed) return { contentHash, kept: rawOf(packed) };
    const { webp: bytes, widthPx: width, heightPx: height } = packed;
    return { contentHash, kept: { bytes, encoding: 'webp', width, height } };
  } catch (error) {
    if (!isKindredError(error) || !error.code.startsWith('image.')) throw error;
    return { problem: { contentHash, path, code: error.code, message: error.message } };
  }
}

function rawOf({ data, widthPx: width, heightPx: height }: DecodedPixels): KeptPixels {
  return { bytes: planesOf(data), encoding: 'raw', width, height };
}

function progressReporter(
  { onProgress }: Build,
  plan: CachePlan,
  index: PixelIndex,
  wanted: ReadonlyMap<string, CachedImage>,
  missing: readonly CachedImage[],
): (addedBytes: number, isEnd?: boolean) => void {
  let sizeBytes = 0;
  for (const hash of wanted.keys()) {
    const place = index.images.get(hash);
    if (place !== undefined) sizeBytes += place.length;
  }
  let done = wanted.size - missing.length - 1;
  let lastMs = -Infinity;
  const report = (addedBytes: number, isEnd = false): void => {
    if (!isEnd) done++;
    sizeBytes += addedBytes;
    const nowMs = performance.now();
    if (!isEnd && nowMs - lastMs < PROGRESS_MS) return;
    lastMs = nowMs;
    onProgress({ done, total: wanted.size, sizeBytes, plan });
  };
  report(0);
  return report;
}
