/**
 * Two dimensions for the map: UMAP (McInnes, Healy, Melville, 2018) of ℓ2-normalised embeddings by cosine distance,
 * in a worker thread. The same vectors and seed give the same map to the last bit.
 */
import { Worker } from 'node:worker_threads';
import { KindredError } from '#base/errors.ts';
import { ShapeError } from '#base/shapes.ts';

export interface ProjectionTask {
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
  readonly neighbours: number;
}

export type ProjectionMessage =
  { readonly kind: 'progress'; readonly share: number } | { readonly kind: 'done'; readonly positions: Float32Array };

/** Fewer points than this have no neighbourhoods worth a layout; they are put on a circle. */
const FEWEST_FOR_UMAP = 8;

/**
 * @param vectors float32 [count, dimension], row-major, finite.
 * @param options.neighbours size of the neighbourhoods that are kept together (15 unless told; at most count − 1).
 * @param options.signal ends the work at once.
 * @param options.onProgress share of the time, in [0, 1], about.
 * @returns float32 [count, 2], row-major, in UMAP's own units.
 * @throws ShapeError when the length is no multiple of `dimension`. @throws KindredError `job.cancelled`.
 */
export async function project(
  vectors: Float32Array,
  dimension: number,
  options: {
    readonly seed: number;
    readonly neighbours?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (share: number) => void;
  },
): Promise<Float32Array> {
  const count = vectors.length / dimension;
  if (!Number.isInteger(count)) throw new ShapeError(`${vectors.length} numbers are no rows of ${dimension}.`);
  if (count < FEWEST_FOR_UMAP) return circle(count);
  const task: ProjectionTask = {
    vectors,
    count,
    dimension,
    seed: options.seed,
    neighbours: Math.min(options.neighbours ?? 15, count - 1),
  };
  return await runWorker(task, options.signal, options.onProgress);
}

function runWorker(
  task: ProjectionTask,
  signal: AbortSignal | undefined,
  onProgress: ((share: number) => void) | undefined,
): Promise<Float32Array> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const worker = new Worker(new URL('./projection-worker.ts', import.meta.url), { workerData: task });
    const abort = (): void => {
      void worker.terminate();
      reject(cancelled());
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: ProjectionMessage) => {
      if (message.kind === 'progress') onProgress?.(message.share);
      else resolve(message.positions);
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal?.removeEventListener('abort', abort);
      reject(new Error('The projection ended without a result.'));
    });
  });
}

const cancelled = (): KindredError =>
  new KindredError('job.cancelled', 'The projection was cancelled; nothing changed.');

function circle(count: number): Float32Array {
  return Float32Array.from({ length: count * 2 }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / count;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}
