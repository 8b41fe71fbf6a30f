import { describe, expectTypeOf, it } from 'vitest';
import type { TrainingConfig } from '#contract/training-config.ts';
import type { Recipe } from '#simclr/recipe.ts';

/** What a configuration holds beside the recipe: how long and how to run. */
type RunKeys = 'seed' | 'length' | 'cacheSide' | 'precision' | 'compiled';

type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;

describe('a parsed training configuration', () => {
  it('is a recipe and nothing more, but for how long and how to run', () => {
    expectTypeOf<Writable<Omit<TrainingConfig, RunKeys>>>().toEqualTypeOf<Writable<Recipe>>();
    expectTypeOf<TrainingConfig>().toExtend<Recipe>();
  });
});
