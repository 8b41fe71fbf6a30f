/** Instance retrieval of two fixed views an image, drawn and encoded by a compute process. */
import { vectorTable, type VectorTable } from '#base/vector-table.ts';
import { instanceRetrieval, type RetrievalResult } from '#evaluation/retrieval.ts';
import { requireEncoder } from '../current-encoder.ts';
import { cachePixels, type EmbedPorts, type EmbedProgress, type EmbedWhat } from '../embed-images.ts';
import type { CachedImage } from '../ports/pixel-cache.ts';
import type { Run } from '../ports/runs.ts';
import type { SimilaritySearch } from '../ports/vectors.ts';

/** @throws KindredError `evaluation.empty` with fewer than 2 images, and as `embedImages`. */
export async function judgeByRetrieval(
  ports: EmbedPorts & { readonly search: SimilaritySearch },
  run: Run,
  images: readonly CachedImage[],
  { output, step = null }: EmbedWhat,
  onProgress: (progress: EmbedProgress) => void,
  signal: AbortSignal,
): Promise<RetrievalResult> {
  const { checkpointStep } = await requireEncoder(run, ports.runHost, step);
  const { folder, hashes } = await cachePixels(ports, run, images, onProgress, signal);
  const halves: [Float32Array[], Float32Array[]] = [[], []];
  let length = 1;
  const request = { runId: run.id, checkpointStep, cacheFolder: folder, contentHashes: hashes, output };
  if (hashes.length > 0) {
    await ports.embedder.embed(
      { ...request, look: 'views' },
      (first, values, dimensions) => {
        const middle = values.length / 2;
        halves[0].push(values.slice(0, middle));
        halves[1].push(values.slice(middle));
        length = dimensions;
        onProgress({ phase: 'encoding', done: first + middle / dimensions, total: hashes.length });
      },
      signal,
    );
  }
  const [first, second] = halves.map((parts) => joined(parts, length));
  return instanceRetrieval(first!, second!, ports.search.findNeighbours);
}

function joined(parts: readonly Float32Array[], dimensions: number): VectorTable {
  const values = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return vectorTable(values, dimensions);
}
