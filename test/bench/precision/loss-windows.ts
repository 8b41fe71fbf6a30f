/** Losses of runs that differ in precision, beside those that differ in seed, in windows of steps. */

/** A run's losses, step after step from the first. */
export interface LossRun {
  readonly seed: number;
  readonly precision: 'float32' | 'bfloat16';
  readonly losses: readonly number[];
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Of means over the window's steps. */
export interface LossWindow {
  /** First and last step, from 1. */
  readonly steps: readonly [number, number];
  readonly float32: Range;
  readonly bfloat16: Range;
  /** How far seeds are apart in float32. */
  readonly seedSpread: number;
  /** How far a seed's bfloat16 is from its float32: the farthest of all seeds, and the mean with its sign. */
  readonly farthest: number;
  readonly meanDifference: number;
}

/**
 * @param runs of each seed one in either precision, all of as many steps.
 * @param count windows of equal length, at most one a step.
 * @throws Error when a run is missing or shorter than others.
 */
export function lossWindows(runs: readonly LossRun[], count: number): readonly LossWindow[] {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const steps = runs[0]!.losses.length;
  const lossesOf = (seed: number, precision: LossRun['precision']): readonly number[] => {
    const run = runs.find((each) => each.seed === seed && each.precision === precision);
    if (run?.losses.length !== steps) throw new Error(`Seed ${seed} has no ${steps} losses in ${precision}.`);
    return run.losses;
  };
  const used = Math.min(count, steps);
  return Array.from({ length: used }, (_, i) => {
    const [first, end] = [Math.floor((i * steps) / used), Math.floor(((i + 1) * steps) / used)];
    const meansOf = (precision: LossRun['precision']) =>
      seeds.map((seed) => meanOf(lossesOf(seed, precision).slice(first, end)));
    const [wide, narrow] = [meansOf('float32'), meansOf('bfloat16')];
    const float32 = rangeOf(wide);
    const differences = narrow.map((value, at) => value - wide[at]!);
    return {
      steps: [first + 1, end],
      float32,
      bfloat16: rangeOf(narrow),
      seedSpread: float32.max - float32.min,
      farthest: Math.max(...differences.map(Math.abs)),
      meanDifference: meanOf(differences),
    };
  });
}

/**
 * True when what the precision does to all seeds alike is less than what another seed does. A single seed's two runs part
 * as any two do whose numbers are rounded otherwise, so how far they are apart says little.
 */
export function isWithinSeeds({ meanDifference, seedSpread }: LossWindow): boolean {
  return Math.abs(meanDifference) <= seedSpread;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rangeOf = (values: readonly number[]): Range => ({ min: Math.min(...values), max: Math.max(...values) });
