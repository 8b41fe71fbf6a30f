import { describe, expect, it } from 'vitest';
import type { Stage } from '#simclr/encoder/stages.ts';
import { networkStages } from '#simclr/encoder/stages.ts';
import { largestHeldValues } from '#simclr/encoder/stage-memory.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

function stage(name: string, input: string, size: number, isKept: boolean): Stage {
  return { name, inputs: [input], shape: [size], norm: null, isKept, weights: [], compute: ([x]) => x! };
}

describe('largestHeldValues', () => {
  it('[CHUNK9] counts what is kept, what is made again and the slopes of the fullest moment', () => {
    // Back at c: a kept, b made again, the slopes of c and b: 100 + 10 + 1 + 10; c itself is needed by nobody.
    // Back at b: a and b, the slopes of b and a: 100 + 10 + 10 + 100.
    const chain = [stage('a', 'pixels', 100, true), stage('b', 'a', 10, false), stage('c', 'b', 1, false)];
    expect(largestHeldValues(chain)).toBe(220);
  });

  it('[CHUNK9] is below all activations of a ResNet-18 together, and above its block outputs', () => {
    const stages = networkStages(smallRecipe({ side: 32, encoder: { width: 1 } }));
    const size = ({ shape }: Stage): number => shape.reduce((product, length) => product * length, 1);
    const total = stages.reduce((sum, one) => sum + size(one), 0);
    const kept = stages.filter(({ isKept }) => isKept).reduce((sum, one) => sum + size(one), 0);
    expect(largestHeldValues(stages)).toBeGreaterThan(kept);
    expect(largestHeldValues(stages)).toBeLessThan(0.6 * total);
  });
});
