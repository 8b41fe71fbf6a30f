/**
 * Minimises a smooth function by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", 2nd ed.,
 * algorithms 7.4 and 7.5), with an optional preconditioner in place of the scaled identity it usually starts from.
 */
import { searchLine } from './line-search.ts';
import type { Objective } from './softmax-objective.ts';

export interface LbfgsOptions {
  /** Ends when no element of the gradient exceeds this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Pairs of steps and gradient changes kept: 5 … 20. */
  readonly memory: number;
  /** Replaces a vector by an approximate inverse Hessian times it, in place; must be symmetric positive definite. */
  readonly precondition?: (vector: Float64Array) => void;
}

export interface LbfgsResult {
  readonly parameters: Float64Array;
  readonly value: number;
  /** The largest absolute element of the gradient at `parameters`. */
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** False when it ended by `maxIterations` or because no step made the value smaller. */
  readonly converged: boolean;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step · change), positive. */
  readonly rho: number;
}

/** Minimises `objective` from `start`, which is left as it is. Never returns a value above the start's. */
export function minimise(objective: Objective, start: Float64Array, options: LbfgsOptions): LbfgsResult {
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  let evaluations = 1;
  let iterations = 0;
  const pairs: Pair[] = [];
  while (iterations < options.maxIterations && largestOf(gradient) > options.tolerance) {
    const direction = descentDirection(gradient, pairs, options.precondition);
    // The first direction has no history to give it a length, unless the preconditioner does.
    const firstStep = pairs.length === 0 && options.precondition === undefined ? 1 / (1 + largestOf(gradient)) : 1;
    const found = searchLine(objective, point, value, gradient, direction, firstStep);
    evaluations += found.evaluations;
    if (found.point === null) {
      if (pairs.length === 0) break;
      // The history misled; steepest descent from here says whether there is anything left to gain.
      pairs.length = 0;
      continue;
    }
    iterations++;
    const step = difference(found.point, point);
    const change = difference(found.gradient, gradient);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.push({ step, change, rho: 1 / curvature });
      if (pairs.length > options.memory) pairs.shift();
    }
    point = found.point;
    gradient = found.gradient;
    value = found.value;
  }
  const gradientNorm = largestOf(gradient);
  return {
    parameters: point,
    value,
    gradientNorm,
    iterations,
    evaluations,
    converged: gradientNorm <= options.tolerance,
  };
}

/** Minus the approximate inverse Hessian times the gradient: the two-loop recursion. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: LbfgsOptions['precondition'],
): Float64Array {
  const direction = gradient.map((element) => -element);
  const alphas: number[] = [];
  for (const { step, change, rho } of pairs.toReversed()) {
    const alpha = rho * dot(step, direction);
    alphas.push(alpha);
    addScaled(direction, change, -alpha);
  }
  precondition?.(direction);
  const newest = pairs.at(-1);
  if (newest !== undefined) {
    const change = newest.change.slice();
    precondition?.(change);
    scale(direction, 1 / (newest.rho * dot(newest.change, change)));
  }
  for (const { step, change, rho } of pairs) {
    addScaled(direction, step, alphas.pop()! - rho * dot(change, direction));
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((element, i) => element - b[i]!);
}

function addScaled(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!;
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factor;
}

function largestOf(vector: Float64Array): number {
  let largest = 0;
  for (const element of vector) largest = Math.max(largest, Math.abs(element));
  return largest;
}
