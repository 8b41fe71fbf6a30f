import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { currentEncoder } from '#application/current-encoder.ts';
import type { EmbedPorts } from '#application/embed-images.ts';
import { BASELINE_ENCODER_KEY } from '#application/ports/vectors.ts';
import { encoderKey } from '#application/encoder-key.ts';
import type { Dataset } from '#application/ports/library.ts';
import type { Run } from '#application/ports/runs.ts';
import { KindredError } from '#base/errors.ts';
import type { DatasetId } from '#base/ids.ts';
import type { Job } from '#contract/studio/datasets.ts';
import type { FileFilter } from '#contract/studio/files.ts';
import { EmbedJobs } from '#hosts/engine/embed-jobs.ts';
import { JobList } from '#hosts/engine/job-list.ts';
import { filesOf, judgedWorld } from '#test/support/judged-world.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

let world: ReturnType<typeof judgedWorld>;
let dataset: Dataset;
let run: Run;
let runsFolder: string;
let ended: Job[];
let jobs: JobList;
let isBusy: boolean;
let isReachable: boolean;
/** Set: encoding waits, until it is stopped. */
let isHeldUp: boolean;
let looks: EmbedJobs;

beforeEach(() => {
  world = judgedWorld();
  dataset = world.addDataset('cats', filesOf('cat', 20));
  run = world.addRun(dataset);
  runsFolder = temporaryFolder();
  mkdirSync(join(runsFolder, run.id));
  [ended, isBusy, isHeldUp, isReachable] = [[], false, false, true];
  jobs = new JobList((job) => job.state !== 'running' && ended.push(job));
  looks = newEngine();
});

/** What an engine knows that has just been started. */
function newEngine(): EmbedJobs {
  const { stores, runHost, vectors, index, embedder } = world.ports;
  const ask = async (_: string, key: string, filter: FileFilter) => index.count(key, filter);
  const session = {
    stores,
    jobs,
    index: { ask } as never,
    changed: () => {},
    currentEncoder: async (id: DatasetId | null) =>
      (await currentEncoder(stores, runHost as never, vectors, id)).encoder,
    isClosing: false,
    isReachable: async () => isReachable,
    wiring: { layout: { runs: runsFolder } },
    runs: {
      get isBusy() {
        return isBusy;
      },
    },
  };
  const embed: EmbedPorts['embedder']['embed'] = async (request, onBatch, signal) => {
    if (!isHeldUp) return embedder.embed(request, onBatch, signal);
    await vi.waitFor(() => expect(signal.aborted).toBe(true), 10_000);
    throw new KindredError('job.interrupted', 'Stopped.');
  };
  return new EmbedJobs(session, async () => ({ ...world.ports, runHost: runHost as never, embedder: { embed } }));
}

const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const seen = (): number => world.ports.vectors.describe(encoderKey(run.id, 40, 'h'))?.count ?? 0;
const whenEnded = (count: number) => vi.waitFor(() => expect(ended).toHaveLength(count), 20_000);
const whenLooking = () => vi.waitFor(() => expect(jobs.list()).toHaveLength(1), 20_000);
const markers = (): string[] => readdirSync(join(runsFolder, run.id));

/** The encoder has seen 20 of 26 images. */
async function partlySeen(): Promise<void> {
  looks.look(run.id);
  await whenEnded(1);
  expect(seen()).toBe(20);
  world.addFiles(dataset, filesOf('dog', 6));
  ended = [];
}

describe('images that are new to the encoder', () => {
  it('are looked at after an import', async () => {
    await partlySeen();
    looks.lookAtNew(dataset.id);
    await whenEnded(1);
    expect(seen()).toBe(26);
    expect(ended[0]).toMatchObject({ state: 'done', message: '“run 0” has looked at 6 more images.' });
  });

  it('are looked at by the encoder somebody has settled on, though there is a newer one', async () => {
    await partlySeen();
    world.addRun(dataset);
    world.ports.stores.datasets.setEncoderChoice(dataset.id, encoderKey(run.id, 40, 'h'));
    looks.lookAtNew(dataset.id);
    await whenEnded(1);
    expect(seen()).toBe(26);
  });

  it('do not make an encoder answer where somebody has settled on another', async () => {
    world.ports.stores.datasets.setEncoderChoice(dataset.id, BASELINE_ENCODER_KEY);
    looks.look(run.id);
    await whenEnded(1);
    expect(ended[0]).toMatchObject({ state: 'done', message: '“run 0” has looked at 20 images.' });
  });

  it('are looked at after a start, though nothing says that a look was cut off', async () => {
    await partlySeen();
    expect(markers()).toEqual([]);
    newEngine().takeUp();
    await whenEnded(1);
    expect(seen()).toBe(26);
  });

  it('wait for the folders to be there again', async () => {
    await partlySeen();
    isReachable = false;
    newEngine().takeUp();
    await aMoment();
    expect([jobs.list(), ended, seen()]).toEqual([[], [], 20]);
    isReachable = true;
    newEngine().takeUp();
    await whenEnded(1);
    expect(seen()).toBe(26);
  });

  it('begin no job when there are none, nor for an encoder that has seen none at all', async () => {
    looks.takeUp();
    await aMoment();
    expect([jobs.list(), ended, seen()]).toEqual([[], [], 0]);
    looks.look(run.id);
    await whenEnded(1);
    looks.takeUp();
    looks.lookAtNew(dataset.id);
    await aMoment();
    expect([jobs.list(), ended]).toMatchObject([[], [{}]]);
  });

  it.each(['lookAtNew', 'takeUp'] as const)('wait while a run trains (%s)', async (ask) => {
    await partlySeen();
    isBusy = true;
    looks[ask](dataset.id);
    await aMoment();
    expect([jobs.list(), ended]).toEqual([[], []]);
    isBusy = false;
    looks.goOn();
    await whenEnded(1);
    expect(seen()).toBe(26);
  });

  it('give way to a training that begins, and are gone on with after it', async () => {
    await partlySeen();
    isHeldUp = true;
    looks.lookAtNew(dataset.id);
    await whenLooking();
    isBusy = true;
    looks.giveWay();
    await whenEnded(1);
    expect(ended[0]).toMatchObject({ state: 'done', message: null });
    [isBusy, isHeldUp] = [false, false];
    looks.goOn();
    await whenEnded(2);
    expect(seen()).toBe(26);
  });
});

describe('adviceOn', () => {
  it('says of images an encoder has not seen what becomes of them', async () => {
    await partlySeen();
    const encoder = { kind: 'run', runId: run.id, runName: run.name, checkpointStep: 40 } as const;
    const advice = (): string => looks.adviceOn(encoder);
    expect(advice()).toMatch(/^Let another encoder/);
    isBusy = true;
    looks.lookAtNew(dataset.id);
    expect(advice()).toMatch(/as soon as no run trains/);
    [isBusy, isHeldUp] = [false, true];
    looks.goOn();
    await whenLooking();
    expect(advice()).toMatch(/looking at them now/);
    jobs.stopAll();
    await whenEnded(1);
    expect(advice()).toMatch(/goes on when Kindred is started again/);
    expect(looks.adviceOn({ kind: 'baseline' })).toBe('Look at the data set again.');
  });
});

describe('a look that is cut off', () => {
  it('is taken up at the next start when somebody stopped it, not before', async () => {
    await partlySeen();
    isHeldUp = true;
    looks.lookAtNew(dataset.id);
    await whenLooking();
    jobs.cancel(jobs.list()[0]!.id);
    await whenEnded(1);
    expect([ended[0]!.state, markers()]).toEqual(['cancelled', ['looking']]);
    isHeldUp = false;
    looks.giveWay();
    looks.goOn();
    await aMoment();
    expect(ended).toHaveLength(1);
    newEngine().takeUp();
    await whenEnded(2);
    expect([seen(), markers()]).toEqual([26, []]);
  });

  it('is taken up at the next start when the first one had seen no image yet', async () => {
    isHeldUp = true;
    looks.look(run.id);
    await whenLooking();
    jobs.cancel(jobs.list()[0]!.id);
    await whenEnded(1);
    isHeldUp = false;
    newEngine().takeUp();
    await whenEnded(2);
    expect(seen()).toBe(20);
  });

  it('ends without a word when its run is removed', async () => {
    isHeldUp = true;
    looks.look(run.id);
    await whenLooking();
    await looks.leave(run.id);
    await whenEnded(1);
    expect(ended[0]).toMatchObject({ state: 'done', message: null });
    await looks.leave(run.id);
    expect(jobs.list()).toEqual([]);
  });

  it('goes on beside a training where a run has just ended', async () => {
    isHeldUp = true;
    looks.look(run.id);
    await whenLooking();
    looks.giveWay();
    await aMoment();
    expect(jobs.list()).toHaveLength(1);
    jobs.stopAll();
    await whenEnded(1);
  });
});
