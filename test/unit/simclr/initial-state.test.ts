import { describe, expect, it } from 'vitest';
import { initialState } from '#simclr/initial-state.ts';
import { parameterSpecs } from '#simclr/parameters.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

const quarter = trainingConfigSchema.parse({});

function moments(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return { mean, deviation: Math.sqrt(squares / values.length), largest };
}

describe('initialState', () => {
  it('[INIT1] starts convolutions normal with variance 2/fan-out and dense layers uniform within 1/√fan-in', () => {
    const state = initialState(quarter, 1);
    const kernel = moments(state.get('encoder/group4/block1/conv2/kernel')!.values);
    const expected = Math.sqrt(2 / (9 * 128));
    expect(kernel.deviation / expected).toBeCloseTo(1, 2);
    expect(Math.abs(kernel.mean) / expected).toBeLessThan(0.01);
    expect(kernel.largest / expected).toBeGreaterThan(3.5);
    for (const part of ['dense0/kernel', 'dense1/kernel', 'dense1/bias']) {
      const { deviation, largest } = moments(state.get(`head/${part}`)!.values);
      const limit = 1 / Math.sqrt(128);
      expect(largest, part).toBeLessThanOrEqual(limit);
      expect(largest, part).toBeGreaterThan(0.95 * limit);
      expect(Math.abs(deviation * Math.sqrt(3) - limit) / limit, part).toBeLessThan(0.12);
    }
  });

  it('[INIT2] can start as the reference does: truncated normal of variance 1/fan-in, dense N(0, 0.01), biases 0', () => {
    const state = initialState({ ...quarter, encoder: { ...quarter.encoder, init: 'reference' } }, 1);
    const kernel = moments(state.get('encoder/group4/block1/conv2/kernel')!.values);
    const expected = Math.sqrt(1 / (9 * 128));
    expect(kernel.deviation / expected).toBeCloseTo(1, 2);
    expect(kernel.largest / expected).toBeLessThanOrEqual(2 / 0.8796256610342398 + 1e-6);
    expect(moments(state.get('head/dense0/kernel')!.values).deviation).toBeCloseTo(0.01, 3);
    expect(moments(state.get('head/dense1/bias')!.values).largest).toBe(0);
  });

  it('[INIT5] can start every kernel uniform within 1/√fan-in', () => {
    const state = initialState({ ...quarter, encoder: { ...quarter.encoder, init: 'uniform' } }, 1);
    for (const [name, fanIn] of [
      ['encoder/group4/block1/conv2/kernel', 9 * 128],
      ['head/dense0/kernel', 128],
    ] as const) {
      const { deviation, largest } = moments(state.get(name)!.values);
      expect(largest, name).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
      expect(deviation * Math.sqrt(3 * fanIn), name).toBeCloseTo(1, 1);
    }
  });

  it('[INIT3] is the same for the same seed, another for another, and the encoder’s does not depend on the head', () => {
    const recipe = smallRecipe();
    expect(initialState(recipe, 5)).toEqual(initialState(recipe, 5));
    const name = 'encoder/stem/conv/kernel';
    const kernel = initialState(recipe, 5).get(name)!.values;
    expect(initialState(recipe, 6).get(name)!.values).not.toEqual(kernel);
    expect(initialState(smallRecipe({ head: { hiddenLayers: 3 } }), 5).get(name)!.values).toEqual(kernel);
    // The first numbers of all time for seed 5: a change breaks every published run.
    expect(Array.from(kernel.slice(0, 3), (value) => value.toFixed(6))).toEqual(['0.053367', '0.082844', '0.657076']);
  });

  it('[INIT4] holds weights and statistics in their order, then a slot of zeros for each weight of each kind', () => {
    const recipe = smallRecipe({ optimizer: { kind: 'adamw' } });
    const names = [...initialState(recipe, 5).keys()];
    const specs = parameterSpecs(recipe).map(({ name }) => name);
    expect(names.slice(0, specs.length)).toEqual(specs);
    expect(names[specs.length]).toBe('optimizer/m/encoder/stem/conv/kernel');
    expect(names.at(-1)).toBe('optimizer/v/head/dense1/bias');
    expect(names.some((name) => /optimizer.*moving/.test(name))).toBe(false);
    const slots = [...initialState(recipe, 5)].filter(([name]) => name.startsWith('optimizer/'));
    expect(slots.every(([, { values }]) => values.every((value) => value === 0))).toBe(true);
    expect(
      initialState(recipe, 5)
        .get('encoder/stem/bn/movingVariance')!
        .values.every((value) => value === 1),
    ).toBe(true);
  });
});
