/**
 * Going on with a run from its newest complete checkpoint, exactly as if it had never been interrupted; from its plan when
 * it ended before the first.
 */
import { KindredError } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { LibraryStores } from './ports/library.ts';
import type { Run, RunPlan } from './ports/runs.ts';
import { followRun } from './running/follow-run.ts';
import type { RunListener, RunPorts, RunResult } from './start-run.ts';

/**
 * @throws KindredError `run.active` when another process trains it; `run.notResumable` when it is finished, or its
 *   images can't be had any more.
 */
export async function resumeRun(
  ports: RunPorts,
  run: Run,
  listener: Omit<RunListener, 'onMade' | 'onChosen'>,
  signal: AbortSignal,
): Promise<RunResult> {
  const { stores, host, clock } = ports;
  if (host.inspect(run.id).isHeld)
    throw new KindredError('run.active', `Run "${run.name}" (${run.id}) is being trained already.`, { id: run.id });
  if (run.status === 'finished') {
    const text = `Run "${run.name}" (${run.id}) is finished: all ${run.step} steps are made. Train a new one to go further.`;
    throw new KindredError('run.notResumable', text, { id: run.id, step: run.step });
  }
  await prepareAgain(ports, host.readPlan(run.id), listener, signal);
  const outcome = await followRun({ runs: stores.runs, host, clock }, run.id, listener.onEvent, signal);
  return { id: run.id, name: run.name, outcome };
}

/** The images of the plan, cached again where the cache has been cleared since. */
async function prepareAgain(
  { stores, pixels }: RunPorts,
  plan: RunPlan,
  listener: Pick<RunListener, 'onCache'>,
  signal: AbortSignal,
): Promise<void> {
  const { problems } = await pixels.prepare(plan.cacheSide, imagesOf(stores, plan), listener.onCache, signal);
  if (problems.length === 0) return;
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

/** For messages: how to go on with a run from a terminal. */
export function resumeCommand(id: RunId): string {
  return `npm start -- resume ${id}`;
}
