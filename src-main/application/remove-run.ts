/** Removing a run with its checkpoints and vectors. Originals, the pixel cache and other runs are not touched. */
import { runOfEncoderKey } from './encoder-key.ts';
import type { EncoderVectors } from './ports/image-traces.ts';
import type { VectorSource } from './ports/vectors.ts';
import type { Run, RunHost, RunStore } from './ports/runs.ts';

/** What `removeRun` would erase. */
export function planRunRemoval(
  host: Pick<RunHost, 'keptSteps'>,
  vectors: Pick<EncoderVectors, 'keys'> & Pick<VectorSource, 'describe'>,
  { id }: Pick<Run, 'id'>,
): { readonly checkpoints: number; readonly embeddings: number } {
  const counts = vectors.keys().map((key) => (runOfEncoderKey(key) === id ? (vectors.describe(key)?.count ?? 0) : 0));
  return { checkpoints: host.keptSteps(id).length, embeddings: counts.reduce((sum, count) => sum + count, 0) };
}

/**
 * Ended at any moment, the run is there as it was, or `settleLibrary` takes away what is left of it.
 *
 * @throws KindredError `run.active`.
 */
export function removeRun(runs: RunStore, host: RunHost, vectors: EncoderVectors, run: Run): void {
  host.putAside(run.id);
  runs.remove(run.id);
  for (const key of vectors.keys()) if (runOfEncoderKey(key) === run.id) vectors.remove(key);
  host.removePutAside(run.id);
}
