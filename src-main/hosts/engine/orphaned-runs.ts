/**
 * Runs whose engine was killed while they trained. Their compute process notices within moments, writes a last
 * checkpoint and ends; until then the run is held, and opening the library leaves it as it stands. Here it comes to rest
 * as soon as that process lets go.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RunHost, RunStore } from '#application/ports/runs.ts';
import { interruptedRun } from '#application/running/interrupted-run.ts';
import type { RunId } from '#base/ids.ts';

const POLL_MS = 200;
const UNDER_WAY = ['queued', 'running', 'pausing'];

/**
 * @param isWanted somebody has resumed the run meanwhile: it goes on by itself.
 * @param onRest told after each time that some came to rest.
 * @returns stops looking.
 */
export function settleOrphanedRuns(
  runs: Pick<RunStore, 'list' | 'find' | 'update'>,
  host: Pick<RunHost, 'inspect' | 'readEvents'>,
  isWanted: (id: RunId) => boolean,
  onRest: () => void,
): () => void {
  let held = runs.list().filter(({ status }) => UNDER_WAY.includes(status));
  if (held.length === 0) return () => undefined;
  const timer = setInterval(() => {
    const before = held.length;
    held = held.filter(({ id }) => {
      if (host.inspect(id).isHeld) return true;
      const run = runs.find(id);
      if (run !== null && !isWanted(id)) runs.update(id, interruptedRun(run, host));
      return false;
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
