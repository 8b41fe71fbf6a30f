/** The state before step 0: a function of the recipe and the seed alone, the same on every device. */
import { RandomStream } from '#base/random.ts';
import type { ParameterStart } from './parameter-spec.ts';
import { optimizerSlotSpecs, parameterSpecs } from './parameters.ts';
import type { Recipe } from './recipe.ts';

/** A named array, row-major; structurally one of the training loop's `StateArray`s. */
export interface InitialArray {
  readonly shape: readonly number[];
  readonly dtype: 'float32';
  readonly values: Float32Array;
}

const UNIFORM_OF_WORD = 1 / 0x1_0000_0000;

/**
 * Weights, statistics and optimizer slots at step 0, in the state's order.
 *
 * Each parameter draws from its own stream, named after it, so a changed head leaves the encoder's start as it was.
 *
 * @param seed the run's seed, 0 … 2^53 − 1.
 */
export function initialState(recipe: Recipe, seed: number): ReadonlyMap<string, InitialArray> {
  const state = new Map<string, InitialArray>();
  for (const { name, shape, start } of parameterSpecs(recipe)) {
    const values = new Float32Array(sizeOf(shape));
    fill(values, start, new RandomStream(seed, `start ${name}`));
    state.set(name, { shape, dtype: 'float32', values });
  }
  for (const { name, shape } of optimizerSlotSpecs(recipe)) {
    state.set(name, { shape, dtype: 'float32', values: new Float32Array(sizeOf(shape)) });
  }
  return state;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function fill(values: Float32Array, start: ParameterStart, stream: RandomStream): void {
  switch (start.kind) {
    case 'constant':
      values.fill(start.value);
      return;
    case 'uniform':
      for (let i = 0; i < values.length; i++) values[i] = start.limit * (2 * stream.word() * UNIFORM_OF_WORD - 1);
      return;
    case 'normal':
      fillNormal(values, start.deviation, Number.POSITIVE_INFINITY, stream);
      return;
    case 'truncatedNormal':
      fillNormal(values, start.deviation, 2, stream);
  }
}

/**
 * Box–Muller, both of each pair kept; draws beyond ± `bound` deviations are thrown away.
 * Two words make two numbers (`RandomStream.normal` spends four on one): a full ResNet-18 starts in half a second.
 */
function fillNormal(values: Float32Array, deviation: number, bound: number, stream: RandomStream): void {
  let filled = 0;
  while (filled < values.length) {
    // Never 0: the half keeps the logarithm finite.
    const radius = Math.sqrt(-2 * Math.log((stream.word() + 0.5) * UNIFORM_OF_WORD));
    const angle = 2 * Math.PI * UNIFORM_OF_WORD * stream.word();
    const first = radius * Math.cos(angle);
    const second = radius * Math.sin(angle);
    if (Math.abs(first) <= bound) values[filled++] = deviation * first;
    if (Math.abs(second) <= bound && filled < values.length) values[filled++] = deviation * second;
  }
}
