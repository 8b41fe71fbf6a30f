/** Encodes the pictures of a question in a scratch folder that is gone afterwards: nothing of them enters the library. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Embedder } from '#application/ports/embedder.ts';
import type { ImageDecoder } from '#application/ports/images.ts';
import type { PixelCacheBuilder } from '#application/ports/pixel-cache.ts';
import type { ChosenEncoder, QueryEncoder, QueryPicture } from '#application/ports/query-encoder.ts';
import type { RunHost } from '#application/ports/runs.ts';
import { KindredError, messageOf } from '#base/errors.ts';
import { writeBmp } from '#images/bmp-file.ts';
import { contentHashOf } from '#images/hashes.ts';

export interface QueryEncoderParts {
  readonly decoder: () => Promise<ImageDecoder>;
  readonly runHost: () => Promise<Pick<RunHost, 'readPlan'>>;
  readonly embedder: () => Promise<Embedder>;
  /** A pixel cache in the given folder. */
  readonly cacheIn: (folder: string) => Promise<PixelCacheBuilder>;
}

export function createQueryEncoder(parts: QueryEncoderParts): QueryEncoder {
  return {
    encode: async (encoder, pictures, signal) => {
      const scratch = await mkdtemp(join(tmpdir(), 'kindred-query-'));
      try {
        return encoder.kind === 'baseline'
          ? await describe(parts, pictures, scratch, signal)
          : await encodeByRun(parts, encoder, pictures, scratch, signal);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

/** Colour-and-shape descriptors, exactly as an import makes them. */
async function describe(
  { decoder }: QueryEncoderParts,
  pictures: readonly QueryPicture[],
  scratch: string,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const images = await decoder();
  const paths = await Promise.all(pictures.map((picture, i) => wholePicture(images, picture, scratch, i, WHOLE_SIDE)));
  const found = new Map<string, Float32Array>();
  for await (const result of images.describe(new Set(paths), join(scratch, 'thumbnails'), signal)) {
    if ('problem' in result) throw new KindredError(result.problem.code, result.problem.message, { path: result.path });
    found.set(result.path, result.facts.descriptor);
  }
  return paths.map((path) => found.get(path)!);
}

/** Larger than any picture: keeps a region's own pixels. */
const WHOLE_SIDE = 1_000_000;

/** The picture's path; for a part of one, that of a lossless copy in the scratch folder. */
async function wholePicture(
  decoder: ImageDecoder,
  { path, region }: QueryPicture,
  scratch: string,
  index: number,
  shortSide: number,
): Promise<string> {
  if (region === null) return path;
  const copy = join(scratch, `${index}.bmp`);
  await writeBmp(copy, await decoder.pixels(path, shortSide, region));
  return copy;
}

async function encodeByRun(
  parts: QueryEncoderParts,
  { runId, checkpointStep }: Extract<ChosenEncoder, { kind: 'run' }>,
  pictures: readonly QueryPicture[],
  scratch: string,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const { cacheSide } = (await parts.runHost()).readPlan(runId);
  const decoder = await parts.decoder();
  const paths = await Promise.all(pictures.map((one, i) => wholePicture(decoder, one, scratch, i, cacheSide)));
  const images = await Promise.all(paths.map(async (path) => ({ path, contentHash: await contentHashAt(path) })));
  const contentHashes = [...new Set(images.map((image) => image.contentHash))];
  const cache = await parts.cacheIn(join(scratch, 'pixels'));
  const { folder, problems } = await cache.prepare(cacheSide, images, () => {}, signal);
  if (problems[0] !== undefined)
    throw new KindredError(problems[0].code, problems[0].message, { path: problems[0].path });
  const vectors = new Map<string, Float32Array>();
  const request = { runId, checkpointStep, cacheFolder: folder, contentHashes, output: 'h', look: 'central' } as const;
  const onBatch = (first: number, values: Float32Array, dimensions: number): void => {
    for (let i = 0; i < values.length / dimensions; i++) {
      vectors.set(contentHashes[first + i]!, values.slice(i * dimensions, (i + 1) * dimensions));
    }
  };
  await (await parts.embedder()).embed(request, onBatch, signal);
  return images.map((image) => vectors.get(image.contentHash)!);
}

async function contentHashAt(path: string): Promise<string> {
  try {
    return contentHashOf(await readFile(path));
  } catch (error) {
    const why = messageOf(error);
    throw new KindredError('image.unreadable', `Cannot read "${path}": ${why}. Give another picture.`, { path }, error);
  }
}
