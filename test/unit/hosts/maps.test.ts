import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { BASELINE_ENCODER_KEY } from '#application/ports/vectors.ts';
import type { DatasetId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import type { Job } from '#contract/studio/datasets.ts';
import { GrowingDatasets } from '#hosts/engine/growing-datasets.ts';
import { JobList } from '#hosts/engine/job-list.ts';
import type { MapTask } from '#hosts/engine/map-plans.ts';
import { Maps } from '#hosts/engine/maps.ts';
import type { StudioSession } from '#hosts/engine/studio-session.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const DATASET = 1 as DatasetId;
const DIMENSIONS = 8;

let images: number;
let isThere: boolean;
/** Name of the dataset while its removal can be taken back. */
let putAway: string | null;
let encoders: Set<string>;
let folder: string;
let encoderName: string;
let failure: Error | null;
let ended: Job[];
let changes: number;
let jobs: JobList;
let growing: GrowingDatasets;
let maps: Maps;

/** A dataset of `images` random vectors, named by how many they are. */
function vectors(key?: string): MapTask {
  const random = new RandomStream(1, 'maps');
  const values = new Float32Array(new SharedArrayBuffer(4 * images * DIMENSIONS));
  for (let i = 0; i < values.length; i++) values[i] = random.uniform();
  return {
    mapId: mapIdNow(key),
    imageIds: Int32Array.from({ length: images }, (_, i) => i),
    dimensions: DIMENSIONS,
    values,
  };
}
const mapIdNow = (key = encoderName): string =>
  (['baseline', BASELINE_ENCODER_KEY].includes(key) ? '0' : '1') + String(images).padStart(31, '0');

const answers = {
  mapIdOf: (key: string) => (images === 0 ? null : { mapId: mapIdNow(key), images }),
  mapTask: vectors,
  mapPoints: (_ids: Int32Array, _dataset: DatasetId, positions: Float32Array) => {
    if (failure !== null) throw failure;
    return new Uint8Array(positions.buffer);
  },
};

beforeEach(() => {
  folder = temporaryFolder();
  encoderName = 'baseline';
  [isThere, putAway, encoders] = [true, null, new Set(['run a'])];
  failure = null;
  ended = [];
  changes = 0;
  growing = new GrowingDatasets();
  jobs = new JobList((job) => {
    if (job.state === 'running') return;
    ended.push(job);
    maps.goOn();
  });
  const session = {
    currentEncoder: async (_: DatasetId, key: string | null) =>
      (key ?? encoderName) === 'baseline'
        ? { kind: 'baseline' }
        : { kind: 'run', runId: encoderName, checkpointStep: 9 },
    index: { ask: async (name: keyof typeof answers, ...words: never[]) => Reflect.apply(answers[name], null, words) },
    datasetName: () => 'moths',
    wiring: { layout: { maps: folder } },
    changed: () => changes++,
    jobs,
    growing,
    stores: {
      datasets: {
        find: (id: DatasetId) => (id === DATASET && isThere ? {} : null),
        removed: { nameOf: () => putAway },
      },
      runs: { find: (id: string) => (encoders.has(id) ? {} : null) },
    },
  } as unknown as StudioSession;
  maps = new Maps(session);
});

const open = (again = false, encoderKey: string | null = null, isFollowing = false) =>
  maps.open({ datasetId: DATASET, again, encoderKey, isFollowing });
const points = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.bin'));
const whenEnded = (count: number) => vi.waitFor(() => expect(ended).toHaveLength(count), 60_000);

it('[M1] lays out a map once, and keeps it when images come, until a new one is asked for', async () => {
  images = 60;
  expect(await open()).toMatchObject({ mapId: null, jobId: 'j0', isNewest: false, missing: 60 });
  expect((await open()).jobId).toBe('j0');
  await whenEnded(1);
  const first = mapIdNow();
  expect(await open()).toMatchObject({ mapId: first, jobId: null, isNewest: true, missing: 0 });
  images = 80;
  expect(await open()).toMatchObject({ mapId: first, jobId: null, isNewest: false, missing: 20 });
  expect(await open(true)).toMatchObject({ mapId: first, jobId: 'j1', missing: 20 });
  await whenEnded(2);
  expect(await open()).toMatchObject({ mapId: mapIdNow(), isNewest: true });
  expect(points()).toEqual([`${mapIdNow()}.bin`]);
  expect(existsSync(join(folder, `${first}.bin`))).toBe(false);
});

it('[M1] keeps a map that shows few of the images, and says how many are not on it', async () => {
  images = 30;
  await open();
  await whenEnded(1);
  images = 700;
  for (let i = 0; i < 3; i++) expect(await open()).toMatchObject({ jobId: null, isWaiting: false, missing: 670 });
});

it('[M2] begins none while images come in, not even a first one, and then one by itself', async () => {
  images = 0;
  const end = growing.begin(DATASET);
  expect(await open()).toMatchObject({ mapId: null, jobId: null, isWaiting: true, stopped: null });
  images = 40;
  expect(await open()).toMatchObject({ mapId: null, jobId: null, isWaiting: true });
  end();
  jobs.start('import', 'Adding', async () => null);
  await whenEnded(1);
  expect(changes).toBe(1);
  expect(await open()).toMatchObject({ jobId: 'j1', isWaiting: false });
  await whenEnded(2);
  expect(await open()).toMatchObject({ mapId: mapIdNow(), isNewest: true });
});

it('[M2] lets what is asked for anew wait for the images that come in, or that an encoder looks at', async () => {
  images = 20;
  await open();
  await whenEnded(1);
  images = 30;
  const over = Promise.withResolvers<null>();
  jobs.start('embed', 'Looking', () => over.promise);
  expect(await open()).toMatchObject({ jobId: null, isWaiting: false, missing: 10 });
  expect(await open(true)).toMatchObject({ jobId: null, isWaiting: true, missing: 10 });
  over.resolve(null);
  await whenEnded(2);
  expect((await open()).jobId).toBe('j2');
  await whenEnded(3);
  expect(await open()).toMatchObject({ mapId: mapIdNow(), isNewest: true, isWaiting: false });
});

it('[M2] is not held up by images of another dataset', async () => {
  images = 20;
  growing.begin(2 as DatasetId);
  expect((await open()).jobId).not.toBeNull();
  await whenEnded(1);
});

it('[M3] stops the layout of an encoder that answers no more, and that is no failure of it', async () => {
  images = 4000;
  expect((await open()).jobId).toBe('j0');
  encoderName = 'r1';
  expect((await open()).jobId).toBe('j1');
  await whenEnded(1);
  expect(ended[0]).toMatchObject({ id: 'j0', state: 'cancelled' });
  encoderName = 'baseline';
  expect(await open()).toMatchObject({ jobId: 'j2', stopped: null });
  maps.stop(DATASET);
  await whenEnded(3);
  expect(ended.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
});

it('[M3] lets windows that look by different encoders have their maps one after the other', async () => {
  images = 60;
  expect(await open(false, 'r1')).toMatchObject({ jobId: 'j0', isBehind: false });
  expect(await open(false, null, true)).toMatchObject({ jobId: null, isWaiting: true, isBehind: true });
  expect(await open(false, 'r1', true)).toMatchObject({ jobId: 'j0', isBehind: false });
  await whenEnded(1);
  expect(await open(false, null, true)).toMatchObject({ jobId: 'j1', isBehind: false });
  expect(await open(false, 'r1', true)).toMatchObject({ mapId: mapIdNow('r1'), isNewest: true });
  await whenEnded(2);
  expect(ended.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(await open(false, null, true)).toMatchObject({ mapId: mapIdNow('baseline'), isNewest: true });
});

it('[M3] stops another encoder’s layout for somebody who asks', async () => {
  images = 4000;
  expect((await open(false, 'r1')).jobId).toBe('j0');
  expect(await open(false, 'baseline')).toMatchObject({ jobId: 'j1', isBehind: false });
  await whenEnded(1);
  maps.stop(DATASET);
  await whenEnded(2);
  expect(ended.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
});

it('[M3] stops an older layout of what is asked for anew', async () => {
  images = 4000;
  await open();
  images = 4100;
  expect((await open()).jobId).toBe('j0');
  expect((await open(true)).jobId).toBe('j1');
  await whenEnded(1);
  expect(await open()).toMatchObject({ jobId: 'j1', stopped: null });
  maps.stop(DATASET);
  await whenEnded(2);
  expect(points()).toEqual([]);
});

it('[M4] begins none again by itself that was stopped, and says so', async () => {
  images = 4000;
  const { jobId } = await open();
  jobs.cancel(jobId!);
  await whenEnded(1);
  expect(ended[0]!.state).toBe('cancelled');
  expect(await open()).toMatchObject({ mapId: null, jobId: null, stopped: 'The layout was stopped.' });
  images = 4100;
  expect((await open()).jobId).toBeNull();
  const again = await open(true);
  expect(again).toMatchObject({ jobId: 'j1', stopped: null });
  jobs.cancel(again.jobId!);
  await whenEnded(2);
});

it('[M4] begins none again by itself that failed, and says why', async () => {
  images = 20;
  failure = new Error('the thread died');
  await open();
  await whenEnded(1);
  const stopped = 'The layout failed: the thread died';
  for (let i = 0; i < 3; i++) expect(await open()).toMatchObject({ mapId: null, jobId: null, stopped });
  failure = null;
  expect(await open(true)).toMatchObject({ jobId: 'j1', stopped: null });
  await whenEnded(2);
  expect(await open()).toMatchObject({ mapId: mapIdNow(), stopped: null });
});

it('forgets the maps of a dataset or an encoder that is gone, not of one that can come back', async () => {
  images = 40;
  await open();
  await whenEnded(1);
  encoderName = 'run a';
  await open();
  await whenEnded(2);
  const kept = async () => (await maps.forgetGone(), points().length);
  expect(await kept()).toBe(2);
  encoders.clear();
  expect(await kept()).toBe(1);
  [isThere, putAway] = [false, 'moths'];
  expect(await kept()).toBe(1);
  putAway = null;
  expect(await kept()).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});
