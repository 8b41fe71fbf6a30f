/**
 * Keeps a book of where wall clock goes: at any moment one activity has it, the innermost that has been entered, and what
 * nobody has entered belongs to `otherwise`. So the times add up to all the time that passed.
 */
import type { Clock } from '#base/clock.ts';

export class TimeBook<Activity extends string> {
  readonly #clock: Clock;
  #otherwise: Activity;
  readonly #entered: Activity[] = [];
  readonly #spentMs = new Map<Activity, number>();
  #sinceMs: number;

  constructor(clock: Clock, otherwise: Activity) {
    this.#clock = clock;
    this.#otherwise = otherwise;
    this.#sinceMs = clock.monotonicMs();
  }

  get current(): Activity {
    return this.#entered.at(-1) ?? this.#otherwise;
  }

  /** Whom time belongs to from now on that nobody has entered. */
  set otherwise(activity: Activity) {
    this.#settle();
    this.#otherwise = activity;
  }

  /** The activity has the time until the work is done, but for what is entered within. */
  async during<T>(activity: Activity, work: () => Promise<T>): Promise<T> {
    this.#enter(activity);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** As `during`, for work that is done when it returns. */
  duringCall<T>(activity: Activity, work: () => T): T {
    this.#enter(activity);
    try {
      return work();
    } finally {
      this.#leave();
    }
  }

  /** Milliseconds so far, of those activities that had any. */
  spentMs(): ReadonlyMap<Activity, number> {
    this.#settle();
    return new Map(this.#spentMs);
  }

  #enter(activity: Activity): void {
    this.#settle();
    this.#entered.push(activity);
  }

  #leave(): void {
    this.#settle();
    this.#entered.pop();
  }

  #settle(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#spentMs.set(this.current, (this.#spentMs.get(this.current) ?? 0) + nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
  }
}
