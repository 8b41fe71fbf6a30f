import { describe, expect, it } from 'vitest';
import { KindredError } from '#base/errors.ts';
import { trainRun, type LoopParts, type LoopPlan } from '#training/training-loop.ts';
import {
  ArrayCheckpoints,
  CountedBatches,
  EventList,
  HandClock,
  pauseAfter,
  SummingRunner,
  TimedEvaluation,
} from '#test/support/in-memory-training.ts';

const never = pauseAfter(Number.POSITIVE_INFINITY);

function setUp(options: { stepMs?: number; stepsPerEpoch?: number; waitedMs?: number } = {}) {
  const clock = new HandClock();
  const runner = new SummingRunner(clock, options.stepMs ?? 100);
  const batches = new CountedBatches(options.stepsPerEpoch ?? 10, options.waitedMs);
  const checkpoints = new ArrayCheckpoints();
  const metrics = new EventList();
  const parts: LoopParts = { runner, batches, checkpoints, metrics, clock, control: never, evaluation: null };
  return { clock, runner, batches, checkpoints, metrics, parts };
}

const planOf = (totalSteps: number, from: LoopPlan['from'] = null): LoopPlan => ({
  totalSteps,
  viewsPerStep: 64,
  noSignalLoss: Math.log(63),
  healthyStd: 1 / Math.sqrt(128),
  from,
});

describe('trainRun', () => {
  it('[L1] saves before the first step and after the last, and makes each step once in order', async () => {
    const { parts, checkpoints, batches, metrics } = setUp();
    const result = await trainRun(parts, planOf(25));
    expect(result).toMatchObject({ status: 'finished', step: 25, elapsedMs: 2500, viewsPerSecond: 640 });
    expect(checkpoints.steps).toEqual([0, 25]);
    expect(checkpoints.written.map(({ marks }) => marks)).toEqual([[], ['final']]);
    expect(batches.asked).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(batches.released).toBe(25);
    expect(metrics.of('progress').map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  });

  it('goes on from a checkpoint so that losses, state and time equal an unbroken run', async () => {
    const whole = setUp();
    await trainRun(whole.parts, planOf(40));
    const first = setUp();
    const paused = await trainRun({ ...first.parts, control: pauseAfter(13) }, planOf(40));
    expect(paused).toMatchObject({ status: 'paused', step: 13 });
    const checkpoint = await first.checkpoints.readNewest();
    expect(checkpoint?.meta).toMatchObject({ step: 13, elapsedMs: 1300 });
    const second = setUp();
    await second.runner.writeState(checkpoint!.state);
    const result = await trainRun(second.parts, planOf(40, checkpoint!.meta));
    expect(result).toMatchObject({ status: 'finished', step: 40, elapsedMs: 4000 });
    expect(second.checkpoints.steps).toEqual([40]);
    const losses = [...first.metrics.of('progress'), ...second.metrics.of('progress')].map(({ loss }) => loss);
    expect(losses).toEqual(whole.metrics.of('progress').map(({ loss }) => loss));
    expect(second.runner.value).toBe(whole.runner.value);
  });

  it('saves nothing again when paused before a step was made', async () => {
    const { parts, checkpoints } = setUp();
    const from = { step: 7, epoch: 0.7, elapsedMs: 700, metrics: {} };
    const result = await trainRun({ ...parts, control: pauseAfter(0) }, planOf(40, from));
    expect(result).toMatchObject({ status: 'paused', step: 7, elapsedMs: 700 });
    expect(checkpoints.steps).toEqual([]);
  });

  it('saves every 30 s when epochs are shorter', async () => {
    const { parts, checkpoints } = setUp({ stepMs: 1000, stepsPerEpoch: 10 });
    await trainRun(parts, planOf(100));
    expect(checkpoints.steps).toEqual([0, 30, 60, 90, 100]);
  });

  it('saves every epoch when epochs are longer than 30 s', async () => {
    const { parts, checkpoints } = setUp({ stepMs: 1000, stepsPerEpoch: 80 });
    await trainRun(parts, planOf(200));
    expect(checkpoints.steps).toEqual([0, 80, 160, 200]);
  });

  it('saves before 5 minutes are over when an epoch is longer than that', async () => {
    const { parts, checkpoints } = setUp({ stepMs: 7000, stepsPerEpoch: 1000 });
    await trainRun(parts, planOf(100));
    // 42 steps are 294 s; the 43rd would end at 301.
    expect(checkpoints.steps).toEqual([0, 42, 84, 100]);
  });

  it('[L3] makes further steps while a checkpoint is being written', async () => {
    const { parts, checkpoints, metrics } = setUp({ stepMs: 10_000, stepsPerEpoch: 1 });
    const gate = Promise.withResolvers<void>();
    let breaths = 0;
    const control = {
      isPauseRequested: () => false,
      breathe: async () => {
        breaths += 1;
        // The write begun after step 3 is held back until step 5.
        if (breaths === 2) checkpoints.gate = gate.promise;
        if (breaths === 5) gate.resolve();
      },
    };
    await trainRun({ ...parts, control }, planOf(6));
    expect(checkpoints.steps).toEqual([0, 3, 6]);
    const order = metrics.events.map((event) => `${event.kind} ${event.step}`);
    expect(order.indexOf('checkpointed 3')).toBeGreaterThan(order.indexOf('progress 4'));
  });

  it('judges at step 0, at each twentieth and at the end while that takes under 3 % of the time', async () => {
    const { parts, clock, metrics } = setUp({ stepMs: 1000 });
    await trainRun({ ...parts, evaluation: new TimedEvaluation(clock, 100) }, planOf(100));
    const steps = metrics.of('evaluated').map(({ step }) => step);
    expect(steps).toEqual([0, ...Array.from({ length: 20 }, (_, i) => 5 * (i + 1)).filter((step) => step >= 10)]);
    const all = metrics.of('progress').at(-1)!.elapsedMs;
    expect((100 * steps.length) / all).toBeLessThan(0.03);
  });

  it('leaves out evaluations that would cost more than 3 %, but never the first and the last', async () => {
    const { parts, clock, metrics } = setUp({ stepMs: 100 });
    await trainRun({ ...parts, evaluation: new TimedEvaluation(clock, 5000) }, planOf(100));
    expect(metrics.of('evaluated').map(({ step }) => step)).toEqual([0, 100]);
  });

  it('marks a checkpoint as the best whenever the headline number rises, also after going on', async () => {
    const { parts, clock, checkpoints } = setUp({ stepMs: 1000 });
    const evaluation = new TimedEvaluation(clock, 1, [0.1, 0.3, 0.2, 0.4, 0.4]);
    await trainRun({ ...parts, evaluation }, planOf(4));
    const best = checkpoints.written.filter(({ marks }) => marks.includes('best'));
    expect(best.map(({ checkpoint }) => checkpoint.meta.step)).toEqual([0, 1, 3]);
    expect(best.at(-1)?.checkpoint.meta.metrics['bestTop1']).toBe(0.4);
    const again = setUp({ stepMs: 1000 });
    const from = { step: 3, epoch: 0.3, elapsedMs: 3000, metrics: { bestTop1: 0.4 } };
    await trainRun({ ...again.parts, evaluation: new TimedEvaluation(clock, 1, [0.35]) }, planOf(4, from));
    expect(again.checkpoints.written.flatMap(({ marks }) => marks)).toEqual(['final']);
  });

  it('ends with training.diverged naming the last finite loss, its step and the checkpoint that stands', async () => {
    const { parts, runner, checkpoints } = setUp();
    runner.losses.set(11, 4.25).set(12, Number.NaN);
    await expect(trainRun(parts, planOf(40))).rejects.toMatchObject({
      code: 'training.diverged',
      message: expect.stringMatching(
        /not finite at step 13 at a learning rate of \S+ \(last finite loss 4.250 at step 12\).*Checkpoint 0 is intact/,
      ),
      data: { step: 12, lastLoss: 4.25, checkpointStep: 0 },
    });
    expect(checkpoints.steps).toEqual([0]);
  });

  it('[L2] writes no state that holds a value that is not finite, even under a finite loss', async () => {
    const { parts, runner, checkpoints } = setUp();
    const control = {
      isPauseRequested: () => false,
      breathe: async () => {
        runner.value = Number.POSITIVE_INFINITY;
      },
    };
    runner.losses.set(1, 3).set(2, 3);
    await expect(trainRun({ ...parts, control }, planOf(3))).rejects.toMatchObject({
      code: 'training.diverged',
      message: expect.stringContaining('"encoder/weight" is not finite after step 3'),
    });
    expect(checkpoints.steps).toEqual([0]);
  });

  it('fails with the error of a checkpoint that could not be written, keeping the ones before', async () => {
    const { parts, checkpoints } = setUp({ stepMs: 10_000, stepsPerEpoch: 1 });
    checkpoints.failFrom = { step: 6, error: new KindredError('disk.full', 'The disk is full.') };
    await expect(trainRun(parts, planOf(40))).rejects.toMatchObject({ code: 'disk.full' });
    expect(checkpoints.steps).toEqual([0, 3]);
  });

  it('tells the time left and the share of it spent waiting', async () => {
    const { parts, metrics } = setUp({ stepMs: 200, waitedMs: 50 });
    const result = await trainRun(parts, planOf(20));
    expect(result).toMatchObject({ waitingShare: 0.25, viewsPerSecond: 320 });
    const progress = metrics.of('progress');
    expect(progress[9]).toMatchObject({ remainingMs: 2000, waitingShare: 0.25, viewsPerSecond: 320, epoch: 1 });
    expect(progress.at(-1)).toMatchObject({ remainingMs: 0, elapsedMs: 4000 });
  });
});
