import { describe, expect, it } from 'vitest';
import { RandomStream } from '#base/random.ts';
import { vectorTable } from '#base/vector-table.ts';
import { fitLinearProbe } from '#evaluation/linear-probe.ts';
import { fitProbeInThread } from '#hosts/judging/probe-thread.ts';

const stream = new RandomStream(1, 'probe thread');
const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
const values = Float32Array.from({ length: 240 }, (_, i) => labels[Math.floor(i / 4)]! + stream.normal());
const training = { vectors: vectorTable(values, 4), labels };

describe('fitProbeInThread', () => {
  it('gives what fitting in place gives, with progress on the way', async () => {
    const steps: number[] = [];
    const onProgress = (fraction: number): void => void steps.push(fraction);
    const probe = await fitProbeInThread(training, 3, 7, onProgress, new AbortController().signal);
    expect(probe.model.parameters).toEqual(fitLinearProbe(training, 3, { seed: 7 }).model.parameters);
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.at(-1)).toBe(1);
  });

  it('ends when asked to', async () => {
    const fitting = fitProbeInThread(training, 3, 7, () => {}, AbortSignal.abort());
    await expect(fitting).rejects.toMatchObject({ code: 'job.interrupted' });
  });

  it('passes on what is wrong with the training set', async () => {
    const one = { ...training, labels: new Int32Array(60) };
    const fitting = fitProbeInThread(one, 3, 7, () => {}, new AbortController().signal);
    await expect(fitting).rejects.toThrow('telling classes apart needs at least 2');
  });
});
