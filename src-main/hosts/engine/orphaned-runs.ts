/**
 * Runs whose engine was killed while they trained. Their compute process notices within moments, writes a last
 * checkpoint and ends; until then the run is held, and opening the library leaves it as it stands. Here it comes to rest
 * as soon as that process lets go.
 */
import type { RunHost, RunStore } from '#application/ports/runs.ts';

const POLL_MS = 200;

/** @param onRest told after each time that some came to rest. @returns stops looking. */
export function settleOrphanedRuns(
  runs: Pick<RunStore, 'list' | 'update'>,
  host: Pick<RunHost, 'inspect'>,
  onRest: () => void,
): () => void {
  let held = runs.list().filter(({ status }) => status === 'running' || status === 'pausing');
  if (held.length === 0) return () => undefined;
  const timer = setInterval(() => {
    const before = held.length;
    held = held.filter(({ id }) => {
      const { isHeld, checkpoint } = host.inspect(id);
      if (!isHeld) runs.update(id, { status: 'paused', ...checkpoint });
      return isHeld;
    });
    if (held.length < before) onRest();
    if (held.length === 0) clearInterval(timer);
  }, POLL_MS);
  return () => clearInterval(timer);
}
