/** Fills the pixel cache by the decoders: incremental, and resumable after an end at any moment. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isKindredError, KindredError } from '#base/errors.ts';
import type { DecodedPixels, ImageDecoder } from '#application/ports/images.ts';
import type { CachedImage, CacheProgress, PixelCacheBuilder, PreparedCache } from '#application/ports/pixel-cache.ts';
import { resultsAsReady } from '../results-as-ready.ts';
import { isSegmentWhole, pixelBytes, readPixelIndex, segmentPath, type PixelIndex } from './pixel-index.ts';
import { planesOf } from './planes.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Images given to the decoders ahead of the writer. */
const AHEAD = 48;
const PROGRESS_MS = 100;

type Problem = PreparedCache['problems'][number];
type Decoded = { readonly contentHash: string; readonly pixels: DecodedPixels } | { readonly problem: Problem };
type PixelDecoder = Pick<ImageDecoder, 'pixels'>;

/** @param pixelsFolder holds one cache a side, `side-<cacheSide>`. Nobody else may build there at the same time. */
export function createPixelCacheBuilder(pixelsFolder: string, decoder: PixelDecoder): PixelCacheBuilder {
  let lastBuild: Promise<unknown> = Promise.resolve();
  return {
    // One after the other: two builds of one side would write the same segments.
    prepare: (cacheSide, images, onProgress, signal) => {
      const folder = join(pixelsFolder, `side-${cacheSide}`);
      const build = lastBuild.then(() => fillCache({ folder, cacheSide, decoder, onProgress, signal }, images));
      lastBuild = build.catch(() => {});
      return build;
    },
  };
}

interface Build {
  readonly folder: string;
  readonly cacheSide: number;
  readonly decoder: PixelDecoder;
  readonly onProgress: (progress: CacheProgress) => void;
  readonly signal: AbortSignal;
}

async function fillCache(build: Build, images: readonly CachedImage[]): Promise<PreparedCache> {
  const { folder, signal } = build;
  mkdirSync(folder, { recursive: true });
  const index = recoverIndex(build);
  const wanted = new Map(images.map((image) => [image.contentHash, image]));
  const missing = [...wanted.values()].filter(({ contentHash }) => !index.images.has(contentHash));
  const report = progressReporter(build, index, wanted, missing);
  const writer = new SegmentWriter(folder, index);
  const problems: Problem[] = [];
  try {
    const decode = (image: CachedImage): Promise<Decoded> => decodeOne(build, image);
    for await (const decoded of resultsAsReady(missing, decode, AHEAD, signal)) {
      if ('problem' in decoded) problems.push(decoded.problem);
      else {
        const { data, widthPx, heightPx } = decoded.pixels;
        writer.append(decoded.contentHash, planesOf(data), widthPx, heightPx);
      }
      report('pixels' in decoded ? decoded.pixels.data.length : 0);
    }
    writer.seal();
  } catch (error) {
    throw endedEarly(error, writer, build);
  }
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

async function decodeOne({ decoder, cacheSide }: Build, { contentHash, path }: CachedImage): Promise<Decoded> {
  try {
    return { contentHash, pixels: await decoder.pixels(path, cacheSide, undefined, contentHash) };
  } catch (error) {
    if (!isKindredError(error) || !error.code.startsWith('image.')) throw error;
    return { problem: { contentHash, path, code: error.code, message: error.message } };
  }
}

/** The index less what is not there, after throwing away what no index knows. */
function recoverIndex({ folder, cacheSide }: Build): PixelIndex {
  const found = readPixelIndex(folder);
  const index = found?.cacheSide === cacheSide ? found : { cacheSide, segments: new Map(), images: new Map() };
  for (const [segment, length] of index.segments) {
    if (!isSegmentWhole(folder, segment, length)) index.segments.delete(segment);
  }
  for (const [hash, place] of index.images) if (!index.segments.has(place.segment)) index.images.delete(hash);
  const known = new Set(Array.from(index.segments.keys(), (segment) => segmentPath(folder, segment)));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith('segment-') && !known.has(path)) rmSync(path, { force: true });
  }
  return index;
}

function progressReporter(
  { onProgress }: Build,
  index: PixelIndex,
  wanted: ReadonlyMap<string, CachedImage>,
  missing: readonly CachedImage[],
): (addedBytes: number, isEnd?: boolean) => void {
  let sizeBytes = 0;
  for (const hash of wanted.keys()) {
    const place = index.images.get(hash);
    if (place !== undefined) sizeBytes += pixelBytes(place);
  }
  let done = wanted.size - missing.length - 1;
  let lastMs = -Infinity;
  const report = (addedBytes: number, isEnd = false): void => {
    if (!isEnd) done++;
    sizeBytes += addedBytes;
    const nowMs = performance.now();
    if (!isEnd && nowMs - lastMs < PROGRESS_MS) return;
    lastMs = nowMs;
    onProgress({ done, total: wanted.size, sizeBytes });
  };
  report(0);
  return report;
}
