/** A run from the moment its process starts to its end, mirrored into the library as it goes. */
import type { Clock } from '#base/clock.ts';
import type { RunId } from '#base/ids.ts';
import type { RunEvent, RunHost, RunOutcome, RunStore } from '../ports/runs.ts';

/** Rows of progress are written at most this often; the run's own folder has every step. */
const PROGRESS_INTERVAL_MS = 2000;

export interface FollowPorts {
  readonly runs: RunStore;
  readonly host: RunHost;
  readonly clock: Clock;
}

/**
 * A mirror that can't be written (a full disk) is no reason to lose a step: the run is asked to checkpoint and rest, and
 * the next look at the library finds where its folder stands.
 *
 * @param signal aborted: the run is asked to checkpoint and rest.
 * @throws what writing the library's row threw, when the run itself came to rest.
 */
export async function followRun(
  { runs, host, clock }: FollowPorts,
  id: RunId,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<RunOutcome> {
  let recordedMs = Number.NEGATIVE_INFINITY;
  let last: RunEvent | null = null;
  const mirror = new Mirror(() => session.pause());
  const session = host.train(id, (event) => {
    if (event.kind === 'progress') last = event;
    const isDue = event.kind !== 'progress' || clock.monotonicMs() - recordedMs >= PROGRESS_INTERVAL_MS;
    if (isDue) {
      mirror.write(() => record(runs, id, event));
      recordedMs = clock.monotonicMs();
    }
    onEvent(event);
  });
  mirror.write(() =>
    runs.update(id, {
      startedMs: runs.find(id)?.startedMs ?? clock.wallMs(),
      endedMs: null,
      failure: null,
      interruptedStep: null,
    }),
  );
  signal.addEventListener('abort', session.pause, { once: true });
  if (signal.aborted) session.pause();
  try {
    const outcome = await session.ended;
    mirror.write(() => {
      if (last !== null) record(runs, id, last);
      recordOutcome({ runs, host, clock }, id, outcome);
    });
    if (mirror.failure !== null && outcome.status !== 'failed') throw mirror.failure;
    return outcome;
  } finally {
    signal.removeEventListener('abort', session.pause);
  }
}

/** Writes of the library's row; the first that fails is kept and told of once. */
class Mirror {
  readonly #onFailure: () => void;
  failure: Error | null = null;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  write(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.failure !== null) return;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.#onFailure();
    }
  }
}

function record(runs: RunStore, id: RunId, event: RunEvent): void {
  if (event.kind === 'started') runs.update(id, { totalSteps: event.totalSteps });
  else if (event.kind === 'status') {
    runs.update(id, { status: event.status, step: event.step, elapsedMs: event.elapsedMs });
  } else if (event.kind === 'progress') {
    runs.update(id, { step: event.step, loss: event.loss, elapsedMs: event.elapsedMs });
  } else if (event.kind === 'evaluated') {
    const { protocol, step, top1, chance, k, n } = event;
    runs.update(id, { headline: { protocol, step, top1, chance, k, n } });
  }
}

/** A failed run stands where its newest checkpoint is. */
function recordOutcome({ runs, host, clock }: FollowPorts, id: RunId, outcome: RunOutcome): void {
  const endedMs = clock.wallMs();
  if (outcome.status === 'failed') {
    const at = host.inspect(id).checkpoint ?? { step: 0, elapsedMs: 0 };
    runs.update(id, { status: 'failed', failure: outcome.failure, endedMs, ...at });
  } else runs.update(id, { status: outcome.status, step: outcome.step, elapsedMs: outcome.elapsedMs, endedMs });
}
