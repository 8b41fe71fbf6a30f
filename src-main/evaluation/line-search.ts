/**
 * A step along a direction that satisfies the strong Wolfe conditions: enough decrease, and a slope grown flat enough
 * for quasi-Newton updates (Nocedal and Wright, algorithms 3.5 and 3.6, with safeguarded cubic interpolation).
 */
import type { Objective } from './softmax-objective.ts';

const DECREASE = 1e-4;
const FLATNESS = 0.9;
const MAX_EVALUATIONS = 40;

export interface LineSearchResult {
  /** Null when no step along the direction lowers the value. */
  readonly point: Float64Array<ArrayBuffer> | null;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly evaluations: number;
}

/** A step length tried, with the function's value and slope along the direction there. */
interface Trial {
  readonly length: number;
  readonly value: number;
  readonly slope: number;
  readonly point: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/**
 * @param point where the search starts. @param value the function there. @param gradient its gradient there.
 * @param direction a direction of descent.
 * @param firstLength step length tried first, in units of the direction's length; > 0.
 */
export function searchLine(
  objective: Objective,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  firstLength: number,
): LineSearchResult {
  let evaluations = 0;
  const tryLength = (length: number): Trial => {
    const at = new Float64Array(point.length);
    for (let i = 0; i < at.length; i++) at[i] = point[i]! + length * direction[i]!;
    const gradientThere = new Float64Array(point.length);
    evaluations++;
    const valueThere = objective(at, gradientThere);
    return { length, value: valueThere, slope: along(gradientThere, direction), point: at, gradient: gradientThere };
  };
  const start = { length: 0, value, slope: along(gradient, direction) };
  const failed: Trial = { ...start, point: new Float64Array(0), gradient: new Float64Array(0) };
  const best = start.slope < 0 ? bracketThenZoom(start, firstLength, tryLength) : null;
  const { point: at, gradient: there, value: reached } = best ?? failed;
  return { point: best === null ? null : at, gradient: there, value: reached, evaluations };
}

type Known = Pick<Trial, 'length' | 'value' | 'slope'>;

/** Doubles the step until an acceptable one is passed, then closes in on it. */
function bracketThenZoom(start: Known, firstLength: number, tryLength: (length: number) => Trial): Trial | null {
  let before: Known = start;
  let bestBefore: Trial | null = null;
  let length = firstLength;
  for (let tries = 0; tries < MAX_EVALUATIONS; tries++) {
    const trial = tryLength(length);
    const isTooHigh = !(trial.value <= start.value + DECREASE * length * start.slope);
    if (isTooHigh || (bestBefore !== null && trial.value >= before.value)) {
      return zoom(start, before, bestBefore, trial, tryLength);
    }
    if (Math.abs(trial.slope) <= -FLATNESS * start.slope) return trial;
    if (trial.slope >= 0) return zoom(start, trial, trial, before, tryLength);
    before = trial;
    bestBefore = trial;
    length *= 2;
  }
  return bestBefore;
}

/**
 * Closes in between `low`, the best acceptable decrease so far, and `high`, beyond which it gets worse.
 *
 * @param lowTrial `low` as a full trial, or null when `low` is the start.
 */
function zoom(
  start: Known,
  low: Known,
  lowTrial: Trial | null,
  high: Known,
  tryLength: (length: number) => Trial,
): Trial | null {
  for (let tries = 0; tries < MAX_EVALUATIONS; tries++) {
    const length = interpolate(low, high);
    if (length === low.length || length === high.length) break;
    const trial = tryLength(length);
    const isTooHigh = !(trial.value <= start.value + DECREASE * length * start.slope);
    if (isTooHigh || trial.value >= low.value) {
      high = trial;
      continue;
    }
    if (Math.abs(trial.slope) <= -FLATNESS * start.slope) return trial;
    if (trial.slope * (high.length - low.length) >= 0) high = low;
    low = trial;
    lowTrial = trial;
  }
  return lowTrial;
}

/** The minimum of the cubic through both ends, kept a tenth of the interval away from either; else its middle. */
function interpolate(low: Known, high: Known): number {
  const width = high.length - low.length;
  const middle = low.length + width / 2;
  const d1 = low.slope + high.slope - (3 * (high.value - low.value)) / width;
  const square = d1 * d1 - low.slope * high.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const cubic = high.length - (width * (high.slope + d2 - d1)) / (high.slope - low.slope + 2 * d2);
  const share = (cubic - low.length) / width;
  return share >= 0.1 && share <= 0.9 ? cubic : middle;
}

function along(gradient: Float64Array, direction: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * direction[i]!;
  return sum;
}
