import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CacheProgress } from '#application/ports/pixel-cache.ts';
import type { RunHost, RunOutcome } from '#application/ports/runs.ts';
import { systemClock } from '#base/clock.ts';
import { KindredError } from '#base/errors.ts';
import type { RunId } from '#base/ids.ts';
import type { Job } from '#contract/studio/datasets.ts';
import { trainingConfigSchema } from '#contract/training-config.ts';
import { computeRunHost } from '#hosts/compute/client.ts';
import { EventLog } from '#hosts/engine/event-log.ts';
import { JobList } from '#hosts/engine/job-list.ts';
import { Measurements, type RunWish } from '#hosts/engine/measurements.ts';
import { RunQueue } from '#hosts/engine/run-queue.ts';
import { filesOf, judgedWorld } from '#test/support/judged-world.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

type World = ReturnType<typeof judgedWorld>;

let world: World;
let wish: RunWish;
/** Runs that were given to a compute process, in order. */
let trained: { readonly id: RunId; readonly end: (outcome: RunOutcome) => void }[];
let measured: number;
let told: string[];
let jobs: Job[];
let jobList: JobList;
/** What filling the pixel cache does; resolves at once unless a test says otherwise. */
let decode: (show: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>;
let portsFailure: Error | null;
let queue: RunQueue;
let measurements: Measurements;

beforeEach(() => {
  world = judgedWorld();
  const { stores } = world.ports;
  const dataset = world.addDataset('cats', filesOf('cat', 4));
  wish = { datasetId: dataset.id, config: trainingConfigSchema.parse({ batchSize: 4 }), withChanges: null };
  [trained, measured, told, jobs, portsFailure] = [[], 0, [], [], null];
  decode = async () => {};
  const host: RunHost = {
    ...computeRunHost(join(temporaryFolder(), 'runs')),
    measureRun: async () => ({ device: 'cpu', viewsPerSecond: ++measured, memoryBytes: 1 }),
    train: (id) => {
      const { promise, resolve } = Promise.withResolvers<RunOutcome>();
      trained.push({ id, end: resolve });
      return { pause: () => resolve({ status: 'paused', step: 0, elapsedMs: 0 }), ended: promise };
    },
  };
  const plan = { rawBytes: 0, budgetBytes: 1, evictedBytes: 0, encoding: 'raw' } as const;
  const prepare = async (
    _: number,
    __: unknown,
    onProgress: (progress: CacheProgress) => void,
    signal: AbortSignal,
  ) => {
    await decode((done, total) => onProgress({ done, total, sizeBytes: 0, plan }), signal);
    if (signal.aborted) throw new KindredError('job.interrupted', 'Stopped.');
    return { folder: '/pixels', problems: [] };
  };
  jobList = new JobList((job) => jobs.push(job));
  measurements = new Measurements({ stores, host }, () => queue.isBusy);
  const embeddings = { look: () => {}, giveWay: () => told.push('give way'), goOn: () => told.push('go on') };
  queue = new RunQueue(
    {
      stores,
      measurements,
      embeddings,
      jobs: jobList,
      events: new EventLog('test'),
      changed: () => {},
      datasetName: (id) => stores.datasets.find(id)!.name,
    },
    {
      host,
      forRuns: async () => {
        if (portsFailure !== null) throw portsFailure;
        const versions = {};
        return { stores, host, pixels: { prepare }, clock: systemClock, random: Math.random, versions };
      },
    },
  );
});

const start = (name: string) => queue.start({ ...wish, name, threads: 0 });
const runOf = (id: RunId) => world.ports.stores.runs.find(id)!;
const remove = (id: RunId) => queue.remove(runOf(id), world.ports.vectors);
const whenTrained = (count: number) => vi.waitFor(() => expect(trained).toHaveLength(count), 20_000);
const whenIdle = () => vi.waitFor(() => expect(queue.isBusy).toBe(false), 20_000);
const failures = () => jobs.filter(({ state }) => state === 'failed').map(({ message }) => message);

/** The first trains, the others wait. */
async function startAll(...names: string[]): Promise<RunId[]> {
  const ids: RunId[] = [];
  for (const name of names) ids.push(await start(name));
  await whenTrained(1);
  return ids;
}

describe('runs that go while they wait', () => {
  it('takes a removed run that never trained out of the queue, and says nothing of it', async () => {
    const [, second, third] = await startAll('first', 'second', 'third');
    remove(second!);
    expect(queue.summaryOf(runOf(third!)).place).toBe(1);
    trained[0]!.end({ status: 'paused', step: 0, elapsedMs: 0 });
    await whenTrained(2);
    expect(trained[1]!.id).toBe(third);
    expect(failures()).toEqual([]);
  });

  it('takes a removed run that was to go on out of the queue', async () => {
    const [, second, third] = await startAll('first', 'second', 'third');
    queue.pause(second!);
    queue.resume(runOf(second!));
    remove(second!);
    trained[0]!.end({ status: 'paused', step: 0, elapsedMs: 0 });
    await whenTrained(2);
    expect(trained[1]!.id).toBe(third);
    expect(failures()).toEqual([]);
  });

  it.each(['starts', 'goes on'])('stops decoding for a removed run that %s, and the next one trains', async (how) => {
    const [, second, third] = await startAll('first', 'second', 'third');
    if (how === 'goes on') {
      queue.pause(third!);
      queue.pause(second!);
      queue.resume(runOf(second!));
      queue.resume(runOf(third!));
    }
    const begun = Promise.withResolvers<void>();
    decode = (_, signal) =>
      new Promise((resolve) => {
        begun.resolve();
        decode = async () => {};
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    trained[0]!.end({ status: 'paused', step: 0, elapsedMs: 0 });
    await begun.promise;
    remove(second!);
    await whenTrained(2);
    expect(trained[1]!.id).toBe(third);
    expect(failures()).toEqual([]);
  });

  it('tells what goes wrong when it is a run’s turn, lets it rest, and trains the next one', async () => {
    const [, second, third] = await startAll('first', 'second', 'third');
    queue.pause(third!);
    queue.pause(second!);
    queue.resume(runOf(second!));
    queue.resume(runOf(third!));
    decode = () => {
      decode = async () => {};
      return Promise.reject(new KindredError('disk.full', 'The disk is full.'));
    };
    trained[0]!.end({ status: 'paused', step: 0, elapsedMs: 0 });
    await whenTrained(2);
    expect(trained[1]!.id).toBe(third);
    expect(runOf(second!).status).toBe('paused');
    expect(failures()).toEqual(['“second” is not being trained: The disk is full.']);
  });

  it('lets what comes to rest and was to go on leave the queue again', async () => {
    const [first] = await startAll('first');
    world.ports.stores.runs.update(first!, { status: 'running' });
    queue.pause(first!);
    queue.resume(runOf(first!));
    queue.pause(first!);
    await whenIdle();
    expect(trained).toHaveLength(1);
    expect(runOf(first!).status).toBe('paused');
  });

  it('leaves nothing that waits behind when it is closed', async () => {
    await startAll('first', 'second');
    await queue.close();
    await whenIdle();
    expect(failures()).toEqual([]);
    expect(trained).toHaveLength(1);
  });
});

describe('what waits for trainings', () => {
  it('measures again once a run has left the queue and the other one rests', async () => {
    const [first, second] = await startAll('first', 'second');
    await measurements.measure(wish);
    expect(measured).toBe(0);
    queue.pause(second!);
    expect(runOf(second!).status).toBe('paused');
    queue.pause(first!);
    await whenIdle();
    await measurements.measure(wish);
    expect(measured).toBe(1);
  });

  it('lets other work give way before a run is made, and go on when none is', async () => {
    portsFailure = new Error('No room.');
    await expect(start('first')).rejects.toThrow('No room.');
    await whenIdle();
    expect(told).toEqual(['give way', 'go on']);
    expect(failures()).toEqual([]);
  });
});

describe('images that are decoded for a run', () => {
  /** Decodes until it is stopped. */
  const forEver = (show: (done: number, total: number) => void, signal: AbortSignal): Promise<void> => {
    show(1200, 20_000);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  };

  it('are a job before the run is made; stopped, there is no run', async () => {
    decode = forEver;
    const made = start('night');
    await vi.waitFor(() => expect(jobList.list()).toHaveLength(1), 20_000);
    expect(jobList.list()).toMatchObject([
      { kind: 'prepare', title: 'Decoding images for “night”', share: 0.06, detail: '1,200 of 20,000 images' },
    ]);
    jobList.cancel(jobList.list()[0]!.id);
    await expect(made).rejects.toMatchObject({ code: 'job.interrupted' });
    await whenIdle();
    expect(world.ports.stores.runs.list()).toEqual([]);
    expect([jobs.at(-1)!.state, failures()]).toEqual(['cancelled', []]);
  });

  it('are a job again when the cache was cleared while the run waited; stopped, the run rests', async () => {
    const [, second] = await startAll('first', 'second');
    decode = forEver;
    trained[0]!.end({ status: 'paused', step: 0, elapsedMs: 0 });
    await vi.waitFor(() => expect(jobList.list()).toHaveLength(1), 20_000);
    jobList.cancel(jobList.list()[0]!.id);
    await whenIdle();
    expect(runOf(second!).status).toBe('paused');
    expect(failures()).toEqual([]);
  });

  it('are a job when a run goes on; stopped, it rests as before', async () => {
    const [first] = await startAll('first');
    queue.pause(first!);
    await whenIdle();
    decode = forEver;
    queue.resume(runOf(first!));
    await vi.waitFor(() => expect(jobList.list()).toHaveLength(1), 20_000);
    expect(jobList.list()[0]!.title).toBe('Decoding images for “first”');
    jobList.cancel(jobList.list()[0]!.id);
    await whenIdle();
    expect(runOf(first!).status).toBe('paused');
    expect(trained).toHaveLength(1);
  });

  it('end as a job with the last of them, while the run trains', async () => {
    decode = async (show) => {
      show(3, 4);
      show(4, 4);
    };
    await startAll('first');
    expect(jobList.list()).toEqual([]);
    expect(jobs.at(-1)).toMatchObject({ state: 'done', detail: '4 of 4 images', message: null });
  });
});
