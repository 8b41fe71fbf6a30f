/**
 * Runs whose engine was killed while they trained. Their compute process notices within moments, writes a last
 * checkpoint and ends; until then the run is held, and opening the library leaves it as it stands. Here it comes to rest
 * as soon as that process lets go.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RunHost, RunStore } from '#application/ports/runs.ts';
import type { RunId } from '#base/ids.ts';

const POLL_MS = 200;
const UNDER_WAY = ['queued', 'running', 'pausing'];

/** @param onRest told after each time that some came to rest. @returns stops looking. */
export function settleOrphanedRuns(
  runs: Pick<RunStore, 'list' | 'update'>,
  host: Pick<RunHost, 'inspect'>,
  onRest: () => void,
): () => void {
  let held = runs.list().filter(({ status }) => UNDER_WAY.includes(status));
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

/**
 * Until nobody trains the run. Whoever does while this engine holds the library is an orphan on its way to its end: it
 * may have begun after the library was opened, when its run was not under way by the library's word.
 */
export async function untilReleased(host: Pick<RunHost, 'inspect'>, id: RunId, signal: AbortSignal): Promise<void> {
  while (host.inspect(id).isHeld && !signal.aborted) await wait(POLL_MS);
}
