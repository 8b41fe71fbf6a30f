/**
 * The studio on a very large library, in a real Chromium: first screen, scrolling, filters, search, map; memory; and how
 * long the engine's event loop is held up while it works.
 *
 *   npm run bench -- scale --library DIR [--files 1000000] [--images FILES] [--embeddings 100000] [--parts LIST] [--write]
 *
 * The library is made when there is none (1,000,000 files: a minute and a half, 6 GB in the file system's count). Parts,
 * separated by commas: screen, scroll, filter, search, busy, label, map. `--write` keeps the numbers in results/, beside those of
 * other parts that are there.
 */
import { type Browser, chromium, type Page } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { libraryLayout } from '#application/library-layout.ts';
import { chromiumPath } from '../studio/support/chromium.ts';
import { busyEngine, makePictures } from './scale/busy-engine.ts';
import { againScreens, filtering, firstScreen, scrolling, searching, toSearch } from './scale/image-screen.ts';
import { mapScreen, prepareLargeMap } from './scale/large-map.ts';
import { makeLibrary } from './scale/make-library.ts';
import { manyLabels } from './scale/many-labels.ts';
import { MeasuredEngine } from './scale/measured-engine.ts';
import type { Measure } from './scale/measures.ts';
import { engineMemory, tabMemory } from './scale/memory.ts';
import { show, writeReport } from './scale/report.ts';

const ALL = ['screen', 'scroll', 'filter', 'search', 'busy', 'label', 'map'];
const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: {
    library: text(''),
    files: text('1000000'),
    images: text(''),
    embeddings: text('100000'),
    parts: text(ALL.join(',')),
    write: { type: 'boolean', default: false },
  },
});
if (values.library === '') throw new Error('Name a folder for the library: --library DIR.');
const library = resolve(values.library);
const files = Number(values.files);
const images = Math.min(files, Number(values.images === '' ? files : values.images));
const size = { files, images, embeddings: Math.min(images, Number(values.embeddings)) };
const parts = new Set(values.parts.split(','));
const scratch = mkdtempSync(join(tmpdir(), 'kindred-scale-'));
const measures: Measure[] = [];
const keep = (more: readonly Measure[]): void => {
  measures.push(...more);
  for (const measure of more) console.log(show(measure));
};

async function withPage<T>(look: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath: chromiumPath()!, args });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(120_000);
    return await look(page, browser);
  } finally {
    await browser.close();
  }
}

async function lookAtImages(engine: MeasuredEngine, page: Page, browser: Browser): Promise<void> {
  keep([await firstScreen('the engine started anew', page, await engine.start())]);
  keep(await againScreens(page));
  if (parts.has('scroll')) keep(await scrolling(page));
  if (parts.has('filter')) keep(await filtering(page));
  if (parts.has('search')) {
    keep(await toSearch(page, engine));
    keep(await searching(page));
  }
  keep([...(await tabMemory('images', page, browser)), engineMemory('images', engine)]);
}

/** Reads every file from the tables; afterwards the columns are kept. */
async function firstStart(): Promise<void> {
  rmSync(libraryLayout(library).columns, { force: true });
  await withEngine((engine) =>
    withPage(async (page) => {
      keep([await firstScreen('the very first start on the library', page, await engine.start())]);
    }),
  );
}

async function withEngine(work: (engine: MeasuredEngine) => Promise<void>): Promise<void> {
  const engine = new MeasuredEngine(library, scratch);
  try {
    await work(engine);
  } finally {
    await engine.stop();
  }
}

try {
  await makeLibrary(library, size, (said) => console.log(`library: ${said}`));
  if (parts.has('screen')) await firstStart();
  if (parts.has('screen'))
    await withEngine((engine) => withPage((page, browser) => lookAtImages(engine, page, browser)));
  if (parts.has('busy')) {
    const pictures = join(scratch, 'pictures');
    await makePictures(pictures);
    await withEngine(async (engine) => {
      await engine.start();
      keep(await busyEngine(engine, pictures));
    });
  }
  if (parts.has('label')) {
    await withEngine(async (engine) => {
      await engine.start();
      keep(await manyLabels(engine));
    });
  }
  if (parts.has('map')) {
    const putBack = await prepareLargeMap(library, size);
    const look = (engine: MeasuredEngine) => async (page: Page, browser: Browser) => {
      keep(await mapScreen(page, await engine.start()));
      keep([...(await tabMemory('map', page, browser)), engineMemory('map', engine)]);
    };
    await withEngine((engine) => withPage(look(engine))).finally(putBack);
  }
  if (values.write) writeReport(size, measures);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
