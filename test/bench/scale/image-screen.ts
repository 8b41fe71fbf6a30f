/** The screen of images on a large library: first look, scrolling, filters, search. */
import type { Page } from '@playwright/test';
import { DATASET_ID } from './library-size.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import { type Measure, measureOf } from './measures.ts';
import { clickFilter, jumpTo, scrollFrames, searchLike, untilPicturesShow } from './page-meters.ts';

/** Pixels a second: reading, flicking, flinging. */
const SPEEDS = [1500, 6000, 20_000] as const;
const SCROLL_MS = 5000;
const JUMPS = 20;
const BLANK_MS = 100;
const LOADS = 8;
const FILTERS = 30;
const SEARCHES = 40;

/** Of an engine that has just been started. */
export async function firstScreen(what: string, page: Page, address: string): Promise<Measure> {
  await page.goto(address);
  return measureOf(`first screen, ${what}`, [await page.evaluate(untilPicturesShow)]);
}

export async function againScreens(page: Page): Promise<Measure[]> {
  const warm: number[] = [];
  for (let i = 0; i < LOADS; i++) {
    await page.reload();
    warm.push(await page.evaluate(untilPicturesShow));
  }
  return [measureOf('first screen, reloaded', warm)];
}

export async function scrolling(page: Page): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const speedPx of SPEEDS) {
    const { frames, blanks } = await page.evaluate(scrollFrames, { speedPx, forMs: SCROLL_MS });
    const how = `scrolling by ${speedPx.toLocaleString('en')} px/s`;
    measures.push(measureOf(`${how}: frame`, frames));
    measures.push(measureOf(`${how}: cell without its picture`, blanks));
    const late = blanks.filter((ms) => ms > BLANK_MS).length;
    measures.push({ ...measureOf(`${how}: cells blank for over 100 ms`, [late], 'cells'), count: blanks.length });
  }
  const jumps: number[] = [];
  for (let i = 0; i < JUMPS; i++) jumps.push(await page.evaluate(jumpTo, ((i * 7919) % 1000) / 1000));
  measures.push(measureOf('scrollbar to anywhere: all pictures', jumps));
  return measures;
}

export async function filtering(page: Page): Promise<Measure[]> {
  const lists: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < FILTERS; i++) {
    const { list, counts: all } = await page.evaluate(clickFilter, i % 10);
    lists.push(list);
    counts.push(all);
  }
  return [measureOf('filter: list', lists), measureOf('filter: all counts', counts)];
}

/** Asks once, so that vectors are read, then shows what is like an image that has an embedding. */
export async function toSearch(page: Page, engine: MeasuredEngine): Promise<Measure[]> {
  const askedMs = performance.now();
  await engine.calls().search.similar({ like: [{ imageId: 1 }], filter: { datasetId: DATASET_ID }, top: 300 });
  const first = performance.now() - askedMs;
  await page.goto(`${new URL(page.url()).origin}/?like=1`);
  await page.getByRole('grid', { name: 'Similar images' }).getByRole('gridcell').first().waitFor();
  return [measureOf('search, the first, which reads the vectors: called', [first])];
}

/** The grid shows what is like an image; every picture in it has an embedding. */
export async function searching(page: Page): Promise<Measure[]> {
  const answers: number[] = [];
  const pictures: number[] = [];
  for (let i = 0; i < SEARCHES; i++) {
    const found = await page.evaluate(searchLike, 1 + (i % 20));
    answers.push(found.answer);
    pictures.push(found.pictures);
  }
  return [measureOf('search: answer on screen', answers), measureOf('search: all pictures on screen', pictures)];
}
