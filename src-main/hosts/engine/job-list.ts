/** Work of the engine that takes a while: shown with its progress, and stopped on request. */
import type { Job } from '#contract/studio/datasets.ts';
import { isKindredError, messageOf } from '#base/errors.ts';

/** Progress is told at most this often. */
const TELL_EVERY_MS = 200;

export interface JobWork {
  readonly signal: AbortSignal;
  /** @param share in [0, 1], or null while the amount is not known. */
  readonly report: (share: number | null, detail: string) => void;
}

export class JobList {
  readonly #jobs = new Map<string, { job: Job; readonly stop: AbortController }>();
  readonly #onChange: (job: Job) => void;
  #made = 0;

  constructor(onChange: (job: Job) => void) {
    this.#onChange = onChange;
  }

  list(): Job[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  cancel(id: string): void {
    this.#jobs.get(id)?.stop.abort();
  }

  /** Starts work and returns its id at once; `work` returns what to say when it is done (null: nothing). */
  start(kind: Job['kind'], title: string, work: (tools: JobWork) => Promise<string | null>): string {
    const id = `j${this.#made++}`;
    const stop = new AbortController();
    const entry = {
      job: { id, kind, title, share: null, detail: '', state: 'running', message: null } as Job,
      stop,
    };
    this.#jobs.set(id, entry);
    this.#onChange(entry.job);
    let toldMs = Number.NEGATIVE_INFINITY;
    const report: JobWork['report'] = (share, detail) => {
      entry.job = { ...entry.job, share, detail };
      if (performance.now() - toldMs < TELL_EVERY_MS) return;
      toldMs = performance.now();
      this.#onChange(entry.job);
    };
    const end = (state: Job['state'], message: string | null): void => {
      this.#jobs.delete(id);
      this.#onChange({ ...entry.job, state, message });
    };
    work({ signal: stop.signal, report }).then(
      (message) => end('done', message),
      (error: unknown) => end(isCancellation(error, stop.signal) ? 'cancelled' : 'failed', messageOf(error)),
    );
    return id;
  }

  /** Asks all work to stop and waits for nothing. */
  stopAll(): void {
    for (const { stop } of this.#jobs.values()) stop.abort();
  }
}

function isCancellation(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (isKindredError(error) && ['job.cancelled', 'job.interrupted'].includes(error.code));
}
