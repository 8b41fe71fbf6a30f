import { describe, expect, it } from 'vitest';
import type { MeasuredRun, RunHost } from '#application/ports/runs.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { Measurements, type RunWish } from '#hosts/engine/measurements.ts';
import { openTestLibrary } from '#test/support/open-test-library.ts';

const measured: MeasuredRun = { device: 'cpu', viewsPerSecond: 120, memoryBytes: 4e8 };

function wish(settings: Parameters<typeof trainingConfigSchema.parse>[0] = {}): RunWish {
  return { datasetId: 1 as DatasetId, config: trainingConfigSchema.parse(settings), withChanges: null };
}

/** A host whose every measurement waits until it is answered or stopped. */
function measuring(isBusy = false) {
  const asked: PromiseWithResolvers<MeasuredRun>[] = [];
  const host = {
    measureRun: (_, signal) => {
      const answer = Promise.withResolvers<MeasuredRun>();
      signal.addEventListener('abort', () => answer.reject(new KindredError('job.interrupted', 'Stopped.', {})));
      asked.push(answer);
      return answer.promise;
    },
  } as Partial<RunHost> as RunHost;
  const { stores } = openTestLibrary();
  return { asked, measurements: new Measurements({ stores, host }, () => isBusy) };
}

describe('Measurements', () => {
  it('measures a configuration once, whatever the length of the run', async () => {
    const { asked, measurements } = measuring();
    const first = measurements.measure(wish({ length: { minutes: 15 } }));
    asked[0]!.resolve(measured);
    await first;
    await measurements.measure(wish({ length: { minutes: 60 } }));
    expect(asked).toHaveLength(1);
    expect(measurements.find(wish({ length: { epochs: 3 } }))).toMatchObject(measured);
    expect(measurements.find(wish({ batchSize: 64 }))).toBeNull();
  });

  it('gives way to a newer wish', async () => {
    const { asked, measurements } = measuring();
    const first = measurements.measure(wish());
    const second = measurements.measure(wish({ batchSize: 64 }));
    await first;
    asked[1]!.resolve(measured);
    await second;
    expect(measurements.find(wish())).toBeNull();
    expect(measurements.find(wish({ batchSize: 64 }))).toMatchObject(measured);
  });

  it('measures nothing beside a training', async () => {
    const { asked, measurements } = measuring(true);
    await measurements.measure(wish());
    expect(asked).toHaveLength(0);
  });

  it('stops when a training begins, and tells what else goes wrong', async () => {
    const { asked, measurements } = measuring();
    const first = measurements.measure(wish());
    measurements.stop();
    await first;
    const second = measurements.measure(wish());
    asked[1]!.reject(new KindredError('compute.died', 'Gone.', {}));
    await expect(second).rejects.toThrow(expect.objectContaining({ code: 'compute.died' }));
  });

  it('is closed only when what it measured has ended, so that the library is still open until then', async () => {
    const answer = Promise.withResolvers<MeasuredRun>();
    const signals: AbortSignal[] = [];
    const host = {
      measureRun: (_, signal) => {
        signals.push(signal);
        return answer.promise;
      },
    } as Partial<RunHost> as RunHost;
    const measurements = new Measurements({ stores: openTestLibrary().stores, host }, () => false);
    const order: string[] = [];
    const work = measurements.measure(wish()).then(
      () => order.push('ended'),
      () => order.push('ended'),
    );
    const closing = measurements.close().then(() => order.push('closed'));
    await new Promise(setImmediate);
    expect(signals[0]?.aborted).toBe(true);
    expect(order).toEqual([]);
    answer.resolve(measured);
    await Promise.all([work, closing]);
    expect(order).toEqual(['ended', 'closed']);
  });
});
