/**
 * What a test of the studio starts from: an engine of its own on an empty library, and a page that is watched for
 * what must never happen. A test that ends while the engine is down, or with a fault on the page, fails.
 */
import { test as base, expect, type Page } from '@playwright/test';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath } from './chromium.ts';
import { EngineProcess } from './engine-process.ts';
import { copyLibrary, makeTrainedLibrary } from './trained-library.ts';
import { PageWatch } from './page-watch.ts';

interface WorkerFixtures {
  /** The original of trained libraries, made when the first test asks for it. */
  readonly trainedFolder: string;
}

interface StudioFixtures {
  readonly hasChromium: boolean;
  /** An empty folder, deleted when the test is over. */
  readonly folder: string;
  /** Where the library is; nothing is there yet. */
  readonly library: string;
  /** Started on that library. */
  readonly engine: EngineProcess;
  /** The studio, opened by the printed address. */
  readonly page: Page;
  readonly watch: PageWatch;
}

export const test = base.extend<StudioFixtures, WorkerFixtures>({
  trainedFolder: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const folder = await makeTrainedLibrary();
      await use(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  hasChromium: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use, testInfo) => {
      testInfo.skip(chromiumPath() === null, 'there is no Chromium');
      await use(true);
    },
    { auto: true },
  ],
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kindred-studio-')));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  library: async ({ folder }, use) => use(join(folder, 'library')),
  engine: async ({ library }, use) => {
    const engine = new EngineProcess(library);
    await engine.start();
    await use(engine);
    expect(await engine.stop(), engine.said).toBe(0);
    expect(engine.said).not.toContain('A request failed');
  },
  watch: async ({ page }, use) => use(PageWatch.of(page)),
  page: async ({ page, engine }, use) => {
    const watch = new PageWatch(page);
    await watch.begin();
    await page.goto(engine.address);
    await use(page);
    watch.expectNoFaults();
  },
});

/** The same, from a library that holds pictures and a trained encoder. */
export const trainedTest = test.extend({
  library: async ({ folder, trainedFolder }, use) => {
    const library = join(folder, 'library');
    copyLibrary(trainedFolder, library);
    await use(library);
  },
});

export { expect };
