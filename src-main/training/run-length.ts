/** How many steps a run has: resolved once, before step 0, from whatever unit its length was given in. */

export type RunLength = { readonly epochs: number } | { readonly steps: number } | { readonly minutes: number };

/** Share of a run's time that the headline evaluations and checkpoints may take from its steps. */
const OVERHEAD_SHARE = 0.04;

/**
 * @param stepMs expected time of a step, by the probe; used for `minutes` alone.
 * @returns at least 1.
 */
export function stepsOfRun(length: RunLength, stepsPerEpoch: number, stepMs: number): number {
  if ('steps' in length) return Math.max(1, length.steps);
  if ('epochs' in length) return Math.max(1, Math.round(length.epochs * stepsPerEpoch));
  return Math.max(1, Math.floor((length.minutes * 60_000 * (1 - OVERHEAD_SHARE)) / stepMs));
}
