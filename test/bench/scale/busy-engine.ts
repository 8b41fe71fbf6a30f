/** The engine while it imports, lays out a map and searches at once: how long its event loop is held up. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { DATASET_ID } from './library-size.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import { type Measure, measureOf, rounded } from './measures.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample');
const FILES = 40_000;
const FOR_MS = 45_000;

/** Small pictures, each of bytes of its own. */
export async function makePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(SAMPLE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.png'));
  const originals = await Promise.all(
    names.slice(0, 50).map((name) => sharp(join(SAMPLE, name)).resize(32, 32).flatten().jpeg().toBuffer()),
  );
  const salt = Buffer.alloc(8);
  for (let i = 0; i < FILES; i++) {
    salt.writeDoubleLE(Date.now() + i);
    // Bytes after the end of a JPEG are no part of the picture.
    writeFileSync(join(folder, `${i}.jpg`), Buffer.concat([originals[i % originals.length]!, salt]));
  }
}

/** @param pictures a folder that was never imported. */
export async function busyEngine(engine: MeasuredEngine, pictures: string): Promise<Measure[]> {
  const calls = engine.calls();
  if ((await calls.dataset.list()).some(({ name }) => name === 'arriving')) throw new Error('Remove "arriving" first.');
  const idle = await quiet(engine);
  const map = await calls.map.open({ datasetId: DATASET_ID });
  const { jobId } = await calls.dataset.import({ paths: [pictures], name: 'arriving' });
  await engine.loopDelay();
  const answers: number[] = [];
  let residentMb = 0;
  const begin = performance.now();
  for (let i = 0; performance.now() - begin < FOR_MS; i++) {
    const askedMs = performance.now();
    const like = [{ imageId: 1 + ((i * 7919) % 90_000) }];
    await calls.search.similar({ like, filter: { datasetId: DATASET_ID }, top: 300 });
    answers.push(performance.now() - askedMs);
    residentMb = Math.max(residentMb, engine.residentMb());
    await wait(200);
  }
  const delay = await engine.loopDelay();
  const jobs = await calls.job.list();
  for (const id of [jobId, map.jobId]) if (id !== null) await calls.job.cancel({ id });
  const untilIdle = async (): Promise<void> => {
    while ((await calls.job.list()).length > 0) await wait(100);
  };
  await untilIdle();
  const arriving = (await calls.dataset.list()).find(({ name }) => name === 'arriving');
  if (arriving !== undefined) await calls.dataset.remove({ id: arriving.id, isForGood: true });
  await untilIdle();
  if (!jobs.some(({ id }) => id === map.jobId)) throw new Error('The map was laid out too soon to be measured beside.');
  const seconds = rounded(FOR_MS / 1000);
  return [
    { what: 'event loop late, at rest', unit: 'ms', count: idle.count, p50: rounded(idle.p50), p99: rounded(idle.p99) },
    {
      what: 'event loop late, importing, projecting and searching',
      unit: 'ms',
      count: delay.count,
      p50: rounded(delay.p50),
      p99: rounded(delay.p99),
    },
    measureOf('the same: longest', [delay.max]),
    measureOf('the same: search, called', answers),
    measureOf(`the same: files imported in ${seconds} s`, [arriving?.files ?? 0], 'files'),
    measureOf('the same: memory of the engine, most', [residentMb], 'MB'),
  ];
}

async function quiet(engine: MeasuredEngine) {
  await engine.loopDelay();
  await wait(3000);
  return engine.loopDelay();
}
