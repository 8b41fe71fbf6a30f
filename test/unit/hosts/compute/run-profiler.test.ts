import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import type { RunProfile } from '#application/ports/run-profile.ts';
import { RunProfiler, TRACED_STEPS, WARM_UP_STEPS } from '#hosts/compute/run-profiler.ts';
import { nativeBackend } from '#tensorflow/native-backend.ts';
import { CompiledRunner } from '#tensorflow/runners/compiled-runner.ts';
import { EagerRunner } from '#tensorflow/runners/eager-runner.ts';
import type { BatchSource, StepRunner } from '#training/ports.ts';
import { trainRun } from '#training/training-loop.ts';
import { contrastiveBatch, contrastiveDefinition, contrastiveState } from '#test/support/contrastive-definition.ts';
import {
  ArrayCheckpoints,
  EventList,
  HandClock,
  pauseAfter,
  TimedEvaluation,
} from '#test/support/in-memory-training.ts';
import { checkNativeTensorLeaks } from '#test/support/native-tensor-leaks.ts';
import { smallRecipe } from '#test/support/small-recipe.ts';

checkNativeTensorLeaks();

const THREADS = 2;
const STEPS = WARM_UP_STEPS + 2 * TRACED_STEPS + 2;
const recipe = smallRecipe({ side: 16, batchSize: 32 });

const batches: BatchSource = {
  stepsPerEpoch: 10,
  batch: async (step) => ({ batch: contrastiveBatch(recipe, step, 0.005), waitedMs: 0 }),
  close: async () => {},
};

/** Trains, profiled or not; `tensors` is how many there were after each step. */
async function trained(kind: 'compiled' | 'eager', isProfiled: boolean) {
  const told: RunProfile[] = [];
  const profiler = isProfiled ? new RunProfiler(nativeBackend(), THREADS, (profile) => told.push(profile)) : null;
  const definition = contrastiveDefinition(recipe);
  const runner: StepRunner =
    kind === 'eager' ? new EagerRunner(definition, 'cpu') : new CompiledRunner(definition, 'float32', 'cpu');
  try {
    await runner.writeState(contrastiveState(recipe, 5));
    const metrics = new EventList();
    const tensors: number[] = [];
    const { breathe, ...control } = pauseAfter(Number.POSITIVE_INFINITY);
    const parts = {
      runner,
      batches,
      checkpoints: new ArrayCheckpoints(),
      metrics,
      clock: systemClock,
      control: {
        ...control,
        breathe: () => {
          tensors.push(nativeBackend().binding.getNumOfTensors());
          return breathe();
        },
      },
      evaluation: new TimedEvaluation(new HandClock(), 1),
    };
    const plan = { totalSteps: STEPS, viewsPerStep: 64, noSignalLoss: 4, healthyStd: 0.1, from: null };
    const startMs = performance.now();
    await trainRun(profiler?.watched(parts, 0) ?? parts, plan);
    const tookMs = performance.now() - startMs;
    const losses = metrics.of('progress').map(({ loss }) => loss);
    return { losses, tensors, told, tookMs, profile: profiler?.profile() ?? null };
  } finally {
    profiler?.detach();
    runner.dispose();
  }
}

const sum = (parts: object): number => Object.values(parts as Record<string, number>).reduce((a, b) => a + b, 0);

describe('RunProfiler', () => {
  beforeEach(({ skip }) => skip(nativeBackend().binding.isUsingGpuDevice(), 'a GPU is not traced'));

  it.each(['compiled', 'eager'] as const)(
    'tells times that fit the wall clock, and changes neither losses nor tensors: %s',
    async (kind) => {
      const plain = await trained(kind, false);
      const { losses, tensors, told, tookMs, profile } = await trained(kind, true);
      expect(losses).toHaveLength(STEPS);
      // Two float32 runs need not be equal to the last bit, profiled or not.
      losses.forEach((loss, i) => expect(Math.abs(loss / plain.losses[i]! - 1), `step ${i}`).toBeLessThan(1e-4));
      expect(new Set(tensors).size).toBe(1);
      expect(told).toHaveLength(1);
      expect(told[0]!.step).toBe(WARM_UP_STEPS + 2 * TRACED_STEPS);

      const { traced, wall, plain: step } = profile!;
      expect(traced!.steps).toBe(TRACED_STEPS);
      expect(traced!.operationsMs).toBeGreaterThan(0.5 * traced!.sessionMs);
      expect(traced!.operationsMs).toBeLessThanOrEqual(THREADS * traced!.sessionMs);
      expect(traced!.operationsWallMs).toBeLessThanOrEqual(traced!.sessionMs);
      const operations = traced!.operations;
      expect(operations.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 6);
      expect(operations.reduce((total, { wallMs }) => total + wallMs, 0)).toBeCloseTo(traced!.operationsWallMs, 6);
      expect(operations.slice(0, 6).some(({ op }) => /Conv2DBackprop/.test(op))).toBe(true);
      expect(step!.parts.session).toBeGreaterThan(0.5 * step!.ms);
      expect(sum(step!.parts)).toBeCloseTo(step!.ms, 6);
      expect(sum(wall) / tookMs).toBeGreaterThan(0.95);
      expect(sum(wall) / tookMs).toBeLessThan(1.05);
    },
    60_000,
  );

  it('gives back the binding that it watched', () => {
    const before = nativeBackend().binding;
    const profiler = new RunProfiler(nativeBackend(), THREADS, () => {});
    expect(nativeBackend().binding).not.toBe(before);
    profiler.detach();
    expect(nativeBackend().binding).toBe(before);
  });
});
