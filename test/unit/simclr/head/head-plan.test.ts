import { describe, expect, it } from 'vitest';
import { headParameters } from '#simclr/head/head-parameters.ts';
import { headPlan, projectionSize } from '#simclr/head/head-plan.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

function shapesOf(head: Parameters<typeof smallRecipe>[0]): Record<string, readonly number[]> {
  return Object.fromEntries(headParameters(smallRecipe(head)).map(({ name, shape }) => [name, shape]));
}

describe('headPlan', () => {
  it('[HEAD1] is by default Dense → BN → ReLU → Dense, as wide as h, then 128', () => {
    expect(shapesOf({})).toEqual({
      'head/dense0/kernel': [32, 32],
      'head/dense0/bn/gamma': [32],
      'head/dense0/bn/beta': [32],
      'head/dense0/bn/movingMean': [32],
      'head/dense0/bn/movingVariance': [32],
      'head/dense1/kernel': [32, 128],
      'head/dense1/bias': [128],
    });
    expect(headPlan(smallRecipe()).map(({ hasRelu }) => hasRelu)).toEqual([true, false]);
  });

  it('[HEAD2] gives a layer a bias exactly when no batch norm follows it', () => {
    const names = Object.keys(shapesOf({ head: { hiddenLayers: 3, hiddenBatchNorm: false } }));
    expect(names.filter((name) => name.endsWith('/bias'))).toHaveLength(4);
    expect(names.filter((name) => name.includes('/bn/'))).toEqual([]);
    const normed = Object.keys(shapesOf({ head: { hiddenLayers: 3, outputBatchNorm: true } }));
    expect(normed.filter((name) => name.endsWith('/bias'))).toEqual([]);
  });

  it('[HEAD3] gives the norm after the output a γ and no β', () => {
    const names = Object.keys(shapesOf({ head: { kind: 'linear', outputBatchNorm: true } }));
    expect(names).toEqual(
      ['kernel', 'bn/gamma', 'bn/movingMean', 'bn/movingVariance'].map((part) => `head/dense0/${part}`),
    );
  });

  it('[HEAD1] can be one linear layer, or nothing, when z is h', () => {
    expect(shapesOf({ head: { kind: 'linear', outputSize: 7 } })).toEqual({
      'head/dense0/kernel': [32, 7],
      'head/dense0/bias': [7],
    });
    const none = smallRecipe({ head: { kind: 'none' } });
    expect(headPlan(none)).toEqual([]);
    expect(projectionSize(none)).toBe(32);
    expect(projectionSize(smallRecipe({ head: { outputSize: 7 } }))).toBe(7);
  });
});
