/** Memory and handles of everything that lives through the session. */
import type { Browser, CDPSession, Page } from '@playwright/test';
import { type MeasuredEngine, residentMbOf } from '../scale/measured-engine.ts';

export interface Sample {
  readonly minute: number;
  /** Largest renderer process, MB; the driven tab is always open. */
  readonly tabMb: number;
  /** After garbage was collected, MB. */
  readonly tabHeapMb: number;
  readonly tabNodes: number;
  readonly tabListeners: number;
  readonly engineMb: number;
  readonly engineFiles: number;
  /** null while nothing is trained, drawn or embedded. */
  readonly computeMb: number | null;
}

export class Sampler {
  readonly #browser: Browser;
  readonly #engine: MeasuredEngine;
  readonly #tab: CDPSession;

  private constructor(browser: Browser, engine: MeasuredEngine, tab: CDPSession) {
    this.#browser = browser;
    this.#engine = engine;
    this.#tab = tab;
  }

  static async of(browser: Browser, engine: MeasuredEngine, page: Page): Promise<Sampler> {
    const tab = await page.context().newCDPSession(page);
    await tab.send('Performance.enable');
    return new Sampler(browser, engine, tab);
  }

  async take(minute: number): Promise<Sample> {
    await this.#tab.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#tab.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMbOf(id));
    return {
      minute: Math.round(100 * minute) / 100,
      tabMb: Math.max(...renderers),
      tabHeapMb: Math.round((10 * metric('JSHeapUsedSize')) / 2 ** 20) / 10,
      tabNodes: metric('Nodes'),
      tabListeners: metric('JSEventListeners'),
      engineMb: this.#engine.residentMb(),
      engineFiles: this.#engine.openFiles(),
      computeMb: this.#engine.computeMb(),
    };
  }
}
