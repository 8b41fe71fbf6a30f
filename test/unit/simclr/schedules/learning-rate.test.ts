import { describe, expect, it } from 'vitest';
import type { Recipe } from '#simclr/recipe.ts';
import { learningRateAt, peakLearningRate, warmupSteps } from '#simclr/schedules/learning-rate.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

function recipeWith(schedule: Partial<Recipe['schedule']>): Recipe {
  const recipe = smallRecipe({ optimizer: { learningRateRule: 'constant', baseLearningRate: 2 } });
  return { ...recipe, schedule: { ...recipe.schedule, ...schedule } };
}

describe('peakLearningRate', () => {
  it('[LR1] is 0.3·B/256 or 0.075·√B, the same at 4096 images, or the base itself', () => {
    const linear = { learningRateRule: 'linear', baseLearningRate: 0.3 } as const;
    const root = { learningRateRule: 'square-root', baseLearningRate: 0.075 } as const;
    expect(peakLearningRate(linear, 512)).toBeCloseTo(0.6, 12);
    expect(peakLearningRate(root, 256)).toBeCloseTo(1.2, 12);
    expect(peakLearningRate(linear, 4096)).toBeCloseTo(peakLearningRate(root, 4096), 12);
    expect(peakLearningRate({ learningRateRule: 'constant', baseLearningRate: 0.3 }, 4096)).toBe(0.3);
  });
});

describe('warmupSteps', () => {
  it('[LR2] lasts ten epochs, or a tenth of a run of fewer than a hundred, unless the recipe says how long', () => {
    const unsaid = recipeWith({ warmupEpochs: null });
    expect(warmupSteps(unsaid, { totalSteps: 1000 * 50, stepsPerEpoch: 50 })).toBe(500);
    expect(warmupSteps(unsaid, { totalSteps: 100 * 50, stepsPerEpoch: 50 })).toBe(500);
    expect(warmupSteps(unsaid, { totalSteps: 10 * 195, stepsPerEpoch: 195 })).toBe(195);
    expect(warmupSteps(recipeWith({ warmupEpochs: 2.5 }), { totalSteps: 1000, stepsPerEpoch: 10 })).toBe(25);
    expect(warmupSteps(recipeWith({ warmupEpochs: 0 }), { totalSteps: 1000, stepsPerEpoch: 10 })).toBe(0);
    expect(warmupSteps(recipeWith({ warmupEpochs: 100 }), { totalSteps: 50, stepsPerEpoch: 10 })).toBe(50);
  });
});

describe('learningRateAt', () => {
  it('[LR3] rises from 0 in equal steps to the peak, then falls along half a cosine to 0', () => {
    const recipe = recipeWith({ warmupEpochs: 1 });
    const length = { totalSteps: 110, stepsPerEpoch: 10 };
    const rates = Array.from({ length: 111 }, (_, step) => learningRateAt(recipe, step, length));
    expect(rates.slice(0, 11)).toEqual(
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2].map((rate) => expect.closeTo(rate, 12)),
    );
    expect(rates[60]).toBeCloseTo(1, 12);
    expect(rates[110]).toBeCloseTo(0, 12);
    for (let step = 11; step <= 110; step++) expect(rates[step]).toBeLessThan(rates[step - 1]!);
    expect(learningRateAt(recipe, 5000, length)).toBeCloseTo(0, 12);
  });

  it('[LR4] depends on the step alone: a resumed run goes on where it was', () => {
    const recipe = recipeWith({});
    const length = { totalSteps: 3900, stepsPerEpoch: 195 };
    const unbroken = Array.from({ length: 20 }, (_, i) => learningRateAt(recipe, 1700 + i, length));
    expect(learningRateAt(recipe, 1719, length)).toBe(unbroken[19]);
    expect(new Set(unbroken).size).toBe(20);
  });

  it('[LR3] stays at the peak after the warm-up when the decay is constant', () => {
    const recipe = recipeWith({ warmupEpochs: 1, decay: 'constant' });
    expect(learningRateAt(recipe, 109, { totalSteps: 110, stepsPerEpoch: 10 })).toBe(2);
  });
});
