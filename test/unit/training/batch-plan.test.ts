import { describe, expect, it } from 'vitest';
import { BatchOrder, epochOrder, planBatches } from '#training/batch-plan.ts';
import { stepsOfRun } from '#training/run-length.ts';

describe('planBatches', () => {
  it('drops the last partial batch', () => {
    expect(planBatches(1000, 256)).toEqual({
      imageCount: 1000,
      batchSize: 256,
      chunkImages: null,
      stepsPerEpoch: 3,
      note: null,
    });
  });

  it.each([
    [5000, 4096, 256, { batchSize: 4096, chunkImages: 256, note: null }],
    [1000, 4096, 256, { batchSize: 768, chunkImages: 256 }],
    [300, 4096, 256, { batchSize: 300, chunkImages: 150 }],
    [3, 4096, 256, { batchSize: 3, chunkImages: 1 }],
  ])(
    '[CHUNK7] cuts a batch of %i images, %i wanted, into whole chunks of at most %i',
    (count, batch, chunk, expected) => {
      const plan = planBatches(count, batch, chunk);
      expect(plan).toMatchObject(expected);
      expect(planBatches(count, plan.batchSize, plan.chunkImages)).toMatchObject({ ...expected, note: null });
    },
  );

  it.each([2, 99, 100])('makes the batch smaller for a set of %i images and says so', (count) => {
    const plan = planBatches(count, 256);
    expect(plan).toMatchObject({ batchSize: count, stepsPerEpoch: 1 });
    expect(plan.note).toContain(`${count} images instead of 256`);
  });

  it.each([
    [0, /no image to train on/],
    [1, /One image is not enough/],
  ])('refuses %i images', (count, message) => {
    expect(() => planBatches(count, 256)).toThrow(message);
    expect(() => planBatches(count, 256)).toThrow(expect.objectContaining({ code: 'dataset.empty' }));
  });
});

describe('BatchOrder', () => {
  it('shows every image at most once an epoch, all but the dropped ones', () => {
    const plan = planBatches(103, 10);
    const order = new BatchOrder(plan, 7);
    const seen = Array.from({ length: 10 }, (_, step) => [...order.imagesOfStep(step)]).flat();
    expect(new Set(seen).size).toBe(100);
    expect(Math.max(...seen)).toBeLessThan(103);
  });

  it('depends on seed and step alone, so any step can be planned again out of order', () => {
    const plan = planBatches(50, 8);
    const forward = new BatchOrder(plan, 3);
    const steps = Array.from({ length: 30 }, (_, step) => [...forward.imagesOfStep(step)]);
    const backward = new BatchOrder(plan, 3);
    for (const step of [29, 3, 17, 0]) expect([...backward.imagesOfStep(step)]).toEqual(steps[step]);
    expect([...new BatchOrder(plan, 4).imagesOfStep(0)]).not.toEqual(steps[0]);
    expect([...epochOrder(50, 3, 0)]).not.toEqual([...epochOrder(50, 3, 1)]);
  });
});

describe('stepsOfRun', () => {
  it('takes steps as they are, rounds epochs, and fits minutes to the measured step', () => {
    expect(stepsOfRun({ steps: 17 }, 195, 50)).toBe(17);
    expect(stepsOfRun({ epochs: 2.5 }, 195, 50)).toBe(488);
    expect(stepsOfRun({ minutes: 5 }, 195, 50)).toBe(5760);
    expect(stepsOfRun({ minutes: 0.001 }, 195, 5000)).toBe(1);
  });
});
