import { describe, expect, it } from 'vitest';
import { AdviceWatch, type Observation } from '#training/advice.ts';

const noSignalLoss = Math.log(511);
const healthy: Observation = {
  step: 1,
  totalSteps: 1000,
  loss: 4.5,
  noSignalLoss,
  learningRate: 0.12,
  waitingShare: 0.01,
  spread: { std: 0.085, healthyStd: 0.0884 },
};

function watch(steps: number, at: (step: number) => Partial<Observation>): string[] {
  const advice = new AdviceWatch();
  return Array.from({ length: steps }, (_, i) => advice.observe({ ...healthy, step: i + 1, ...at(i + 1) }))
    .flat()
    .map(({ code }) => code);
}

describe('AdviceWatch', () => {
  it('says nothing about a healthy run', () => {
    expect(watch(1000, (step) => ({ loss: 4.5 + 1.7 * Math.exp(-step / 100) + 0.05 * Math.sin(step) }))).toEqual([]);
  });

  it('names no signal once, after 300 steps at the loss of guessing with healthy spread', () => {
    expect(watch(299, () => ({ loss: noSignalLoss }))).toEqual([]);
    expect(watch(900, () => ({ loss: noSignalLoss }))).toEqual(['noSignal']);
  });

  it('names a collapse by its spread, not by its loss, and does not call it no signal', () => {
    expect(watch(500, () => ({ loss: noSignalLoss, spread: { std: 0.001, healthyStd: 0.0884 } }))).toEqual([
      'collapse',
    ]);
    expect(watch(500, () => ({ loss: 5, spread: { std: 0.001, healthyStd: 0.0884 } }))).toEqual(['collapse']);
  });

  it('names waiting above a tenth of the time', () => {
    expect(watch(200, () => ({ waitingShare: 0.4 }))).toEqual(['waiting']);
    expect(watch(200, () => ({ waitingShare: 0.09 }))).toEqual([]);
  });

  it('names a loss that climbs back as a learning rate that is too high', () => {
    expect(watch(400, (step) => ({ loss: step < 200 ? 4.5 : 5.9 }))).toEqual(['unstable']);
  });
});
