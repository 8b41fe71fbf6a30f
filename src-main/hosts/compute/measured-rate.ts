/** How fast a recipe trains on this computer, by a few steps of a small batch. */
import { initialState } from '#simclr/initial-state.ts';
import type { Recipe } from '#simclr/recipe.ts';
import { loadTensorFlow } from '#tensorflow/load.ts';
import type { StepRunner } from '#training/ports.ts';
import { measuredBatch } from './measured-batch.ts';
import { type DeviceSettings, wireDevice } from './wiring.ts';

const MEASURED_STEPS = 3;

export interface MeasuredRate {
  readonly viewsPerSecond: number;
  /** Images of the batch it was measured on. */
  readonly batchSize: number;
  /** What it ran on and in which precision. */
  readonly ran: StepRunner['description'];
}

/**
 * @param endMs no step after the second begins later, by `performance.now()`.
 * @returns views a second of the second and, while there is time, later steps.
 */
export async function measuredRate(
  full: Recipe,
  settings: Pick<DeviceSettings, 'threads' | 'precision' | 'compiled'>,
  endMs: number,
): Promise<MeasuredRate> {
  // What a small batch is depends on what the processor can do.
  await loadTensorFlow({ threads: settings.threads === 0 ? null : settings.threads });
  const { recipe, canvasSide, batch } = measuredBatch(full, settings.precision);
  const { runner } = await wireDevice(recipe, {
    ...settings,
    canvasSide,
    looks: {},
    state: initialState(recipe, 0),
    memory: null,
    warn: () => {},
  });
  try {
    await runner.step(batch);
    const startMs = performance.now();
    let steps = 0;
    do {
      await runner.step(batch);
      steps++;
    } while (steps < MEASURED_STEPS && performance.now() < endMs);
    const viewsPerSecond = (2 * recipe.batchSize * steps * 1000) / (performance.now() - startMs);
    return { viewsPerSecond, batchSize: recipe.batchSize, ran: runner.description };
  } finally {
    runner.dispose();
  }
}
