/** Encodes images with a run's checkpoint and keeps the vectors; only those that are not there yet. */
import { requireEncoder } from './current-encoder.ts';
import { encoderKey } from './encoder-key.ts';
import type { Embedder } from './ports/embedder.ts';
import type { LibraryStores } from './ports/library.ts';
import type { CachedImage, PixelCacheBuilder } from './ports/pixel-cache.ts';
import type { Run, RunHost } from './ports/runs.ts';
import type { VectorSink, VectorSource } from './ports/vectors.ts';

export interface EmbedPorts {
  readonly stores: { readonly images: Pick<LibraryStores['images'], 'isHeld'> };
  readonly runHost: Pick<RunHost, 'inspect' | 'keptSteps' | 'readPlan'>;
  readonly cache: PixelCacheBuilder;
  readonly embedder: Embedder;
  readonly vectors: VectorSink & VectorSource;
}

/** Which output of which checkpoint. */
export interface EmbedWhat {
  readonly output: 'h' | 'z';
  /** null, or left out: the newest. */
  readonly step?: number | null;
}

export interface EmbedProgress {
  readonly phase: 'pixels' | 'encoding';
  readonly done: number;
  readonly total: number;
}

export interface EmbeddedImages {
  readonly encoderKey: string;
  readonly checkpointStep: number;
  /** Different images asked for. */
  readonly images: number;
  readonly embedded: number;
  readonly alreadyThere: number;
  /** Content hashes that could not be decoded. */
  readonly problems: readonly string[];
  readonly dimensions: number;
}

/**
 * Interrupted at any moment, it has kept whole batches, and asking again goes on after them.
 *
 * @param images any order; one that comes twice counts once.
 * @throws KindredError `checkpoint.missing`, `checkpoint.damaged`, `compute.died`, `disk.full`, `vectors.notFinite`,
 * `job.interrupted`.
 */
export async function embedImages(
  ports: EmbedPorts,
  run: Run,
  images: readonly CachedImage[],
  { output, step = null }: EmbedWhat,
  onProgress: (progress: EmbedProgress) => void,
  signal: AbortSignal,
): Promise<EmbeddedImages> {
  const { checkpointStep } = await requireEncoder(run, ports.runHost, step);
  const key = encoderKey(run.id, checkpointStep, output);
  const byHash = new Map(images.map((image) => [image.contentHash, image]));
  const missing = ports.vectors.missing(key, byHash.keys());
  const cached = await cachePixels(
    ports,
    run,
    missing.map((hash) => byHash.get(hash)!),
    onProgress,
    signal,
  );
  if (cached.hashes.length > 0) {
    const request = { runId: run.id, checkpointStep, cacheFolder: cached.folder, contentHashes: cached.hashes, output };
    await ports.embedder.embed(
      { ...request, look: 'central' },
      async (first, values, dimensions) => {
        const count = values.length / dimensions;
        const rows = Array.from({ length: count }, (_, i) => ({
          contentHash: cached.hashes[first + i]!,
          vector: values.subarray(i * dimensions, (i + 1) * dimensions),
        }));
        // An image that was taken out of the library meanwhile leaves no vector behind.
        await ports.vectors.append(
          key,
          rows.filter(({ contentHash }) => ports.stores.images.isHeld(contentHash)),
        );
        onProgress({ phase: 'encoding', done: first + count, total: cached.hashes.length });
      },
      signal,
    );
  }
  return {
    encoderKey: key,
    checkpointStep,
    images: byHash.size,
    embedded: cached.hashes.length,
    alreadyThere: byHash.size - missing.length,
    problems: cached.problems,
    dimensions: ports.vectors.describe(key)?.dimensions ?? 0,
  };
}

export interface CachedPixels {
  readonly folder: string;
  /** Those of the images that are in the cache, in their order. */
  readonly hashes: readonly string[];
  /** Those that could not be decoded. */
  readonly problems: readonly string[];
}

/** Sees to it that a run's compute process finds the pixels of the images. */
export async function cachePixels(
  { runHost, cache }: Pick<EmbedPorts, 'runHost' | 'cache'>,
  run: Run,
  images: readonly CachedImage[],
  onProgress: (progress: EmbedProgress) => void,
  signal: AbortSignal,
): Promise<CachedPixels> {
  if (images.length === 0) return { folder: '', hashes: [], problems: [] };
  const { cacheSide } = runHost.readPlan(run.id);
  const prepared = await cache.prepare(
    cacheSide,
    images,
    ({ done, total }) => onProgress({ phase: 'pixels', done, total }),
    signal,
  );
  const problems = new Set(prepared.problems.map((problem) => problem.contentHash));
  const hashes = images.map((image) => image.contentHash).filter((hash) => !problems.has(hash));
  return { folder: prepared.folder, hashes, problems: [...problems] };
}
