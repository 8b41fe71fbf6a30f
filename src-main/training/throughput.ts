/** Speed over a sliding window of recent steps: what a live line shows and what the time left is made from. */

const WINDOW_STEPS = 50;

interface StepTime {
  readonly durationMs: number;
  readonly waitedMs: number;
}

export class Throughput {
  readonly #viewsPerStep: number;
  readonly #recent: StepTime[] = [];
  #steps = 0;
  #totalMs = 0;
  #totalWaitedMs = 0;

  constructor(viewsPerStep: number) {
    this.#viewsPerStep = viewsPerStep;
  }

  /** @param durationMs from batch asked for to step done. @param waitedMs the part of it spent waiting for data. */
  record(durationMs: number, waitedMs: number): void {
    this.#recent.push({ durationMs, waitedMs });
    if (this.#recent.length > WINDOW_STEPS) this.#recent.shift();
    this.#steps += 1;
    this.#totalMs += durationMs;
    this.#totalWaitedMs += waitedMs;
  }

  /** Mean over the window; 0 before the first step. */
  get stepMs(): number {
    return this.#recent.length === 0 ? 0 : this.#sum((time) => time.durationMs) / this.#recent.length;
  }

  get viewsPerSecond(): number {
    return this.stepMs === 0 ? 0 : (this.#viewsPerStep * 1000) / this.stepMs;
  }

  /** Share of the window's time spent waiting for data, 0 … 1. */
  get waitingShare(): number {
    const duration = this.#sum((time) => time.durationMs);
    return duration === 0 ? 0 : Math.min(1, this.#sum((time) => time.waitedMs) / duration);
  }

  /** Over all steps of this session. */
  get meanViewsPerSecond(): number {
    return this.#totalMs === 0 ? 0 : (this.#steps * this.#viewsPerStep * 1000) / this.#totalMs;
  }

  /** Over all steps of this session, 0 … 1. */
  get meanWaitingShare(): number {
    return this.#totalMs === 0 ? 0 : Math.min(1, this.#totalWaitedMs / this.#totalMs);
  }

  #sum(of: (time: StepTime) => number): number {
    return this.#recent.reduce((total, time) => total + of(time), 0);
  }
}
