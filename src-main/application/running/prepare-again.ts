/** The images of a plan that was made before, cached again where the cache has been cleared since. */
import { KindredError } from '#base/errors.ts';
import type { LibraryStores } from '../ports/library.ts';
import type { RunPlan } from '../ports/runs.ts';
import type { RunListener, RunPorts } from '../start-run.ts';

/** @throws KindredError `run.notResumable` when some of them can't be read any more. */
export async function prepareAgain(
  { stores, pixels }: RunPorts,
  plan: RunPlan,
  listener: Pick<RunListener, 'onCache'>,
  signal: AbortSignal,
): Promise<void> {
  const { problems } = await pixels.prepare(plan.cacheSide, imagesOf(stores, plan), listener.onCache, signal);
  if (problems.length === 0) return;
  const without = problems.filter(({ path }) => path === '').length;
  if (without > 0) {
    const text = `${without} of the run's images have no file in the library any more. Import their folders again, then it goes on; or start a new run.`;
    throw new KindredError('run.notResumable', text, { id: plan.runId, lost: problems.length });
  }
  const text = `${problems.length} of the run's images can't be read any more (the first: ${problems[0]!.message}). Bring them back, or start a new run.`;
  throw new KindredError('run.notResumable', text, { id: plan.runId, lost: problems.length });
}

function imagesOf({ images, files }: LibraryStores, plan: RunPlan) {
  const { judged } = plan;
  const others =
    judged.protocol === 'none' ? [] : judged.protocol === 'knn' ? [...judged.bank, ...judged.queries] : judged.images;
  const hashes = new Set([...plan.images, ...others].map(({ contentHash }) => contentHash));
  return [...hashes].map((contentHash) => {
    const image = images.findByHash(contentHash);
    if (image === null) return { contentHash, path: '' };
    return { contentHash, path: files.pathOf(image.id) ?? '', size: image };
  });
}
