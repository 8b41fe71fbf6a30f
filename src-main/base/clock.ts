/** The one thing of the runtime that base uses; every JavaScript runtime has it. */
declare const performance: { readonly now: () => number };

/** Time as a port, so that cadences can be tested without waiting. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Milliseconds from some fixed moment; never goes back. */
  readonly monotonicMs: () => number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
