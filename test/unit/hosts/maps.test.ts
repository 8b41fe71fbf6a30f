import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import type { DatasetId } from '#base/ids.ts';
import { RandomStream } from '#base/random.ts';
import type { Job } from '#contract/studio/datasets.ts';
import { JobList } from '#hosts/engine/job-list.ts';
import type { MapTask } from '#hosts/engine/map-plans.ts';
import { Maps } from '#hosts/engine/maps.ts';
import type { StudioSession } from '#hosts/engine/studio-session.ts';
import { temporaryFolder } from '#test/support/temporary-folder.ts';

const DATASET = 1 as DatasetId;
const DIMENSIONS = 8;

let images: number;
let folder: string;
let ended: Job[];
let jobs: JobList;
let maps: Maps;

/** A dataset of `images` random vectors, named by how many they are. */
function vectors(): MapTask {
  const random = new RandomStream(1, 'maps');
  const values = new Float32Array(new SharedArrayBuffer(4 * images * DIMENSIONS));
  for (let i = 0; i < values.length; i++) values[i] = random.uniform();
  return {
    mapId: mapIdNow(),
    imageIds: Int32Array.from({ length: images }, (_, i) => i),
    dimensions: DIMENSIONS,
    values,
  };
}
const mapIdNow = (): string => String(images).padStart(32, '0');

const answers = {
  mapIdOf: () => ({ mapId: mapIdNow(), images }),
  mapTask: vectors,
  mapPoints: (_ids: Int32Array, _dataset: DatasetId, positions: Float32Array) => new Uint8Array(positions.buffer),
};

beforeEach(() => {
  folder = temporaryFolder();
  ended = [];
  jobs = new JobList((job) => job.state !== 'running' && ended.push(job));
  const session = {
    currentEncoder: async () => ({ kind: 'baseline' }),
    index: { ask: async (name: keyof typeof answers, ...words: never[]) => Reflect.apply(answers[name], null, words) },
    datasetName: () => 'moths',
    wiring: { layout: { maps: folder } },
    changed: () => {},
    jobs,
  } as unknown as StudioSession;
  maps = new Maps(session);
});

const open = (isAsked = false) => maps.open(DATASET, isAsked);
const points = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.bin'));
const whenEnded = (count: number) => vi.waitFor(() => expect(ended).toHaveLength(count), 60_000);

it('lays out a map once, and keeps it when images come, until a new one is asked for', async () => {
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

it('lays out anew by itself what shows less than half of the images, but not while they come', async () => {
  images = 30;
  await open();
  await whenEnded(1);
  images = 70;
  const over = Promise.withResolvers<null>();
  jobs.start('import', 'Adding', () => over.promise);
  expect((await open()).jobId).toBeNull();
  over.resolve(null);
  await whenEnded(2);
  expect((await open()).jobId).not.toBeNull();
  await whenEnded(3);
});

it('begins none again by itself that was stopped or that failed, and says so', async () => {
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
