/** Memory and handles of everything that lives through the session. */
import type { CDPSession, Page } from '@playwright/test';
import type { MeasuredEngine } from '../scale/measured-engine.ts';

export interface Sample {
  readonly minute: number;
  /** The tab's process while nobody watched it (`detachable-browser.ts`), MB; null where it was not weighed. */
  readonly tabMb: number | null;
  /** After garbage was collected, MB. */
  readonly tabHeapMb: number;
  readonly tabNodes: number;
  readonly tabListeners: number;
  readonly engineMb: number;
  readonly engineFiles: number;
  /** null while nothing is trained, drawn or embedded. */
  readonly computeMb: number | null;
}

const SAMPLE_MS = 30_000;

/** Takes a sample every half minute, from `watch` until `rest`. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #engine: MeasuredEngine;
  readonly #minuteNow: () => number;
  #tab: CDPSession | null = null;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> = Promise.resolve();

  constructor(engine: MeasuredEngine, minuteNow: () => number) {
    this.#engine = engine;
    this.#minuteNow = minuteNow;
  }

  async watch(page: Page): Promise<void> {
    this.#tab = await page.context().newCDPSession(page);
    await this.#tab.send('Performance.enable');
    this.#timer = setInterval(() => {
      this.#taking = this.#taking.then(() => this.#take(null));
    }, SAMPLE_MS);
  }

  /** Looks no more at the tab, until `watch`. */
  async rest(): Promise<void> {
    clearInterval(this.#timer);
    await this.#taking;
  }

  /** After `rest`: one more sample, with what the tab weighs once `weigh` has left it. */
  async takeWeighed(weigh: () => Promise<number>): Promise<void> {
    await this.#take(weigh);
  }

  async #take(weigh: (() => Promise<number>) | null): Promise<void> {
    await this.#tab!.send('HeapProfiler.collectGarbage');
    const { metrics } = await this.#tab!.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? 0;
    this.samples.push({
      minute: Math.round(100 * this.#minuteNow()) / 100,
      tabMb: weigh === null ? null : await weigh(),
      tabHeapMb: Math.round((10 * metric('JSHeapUsedSize')) / 2 ** 20) / 10,
      tabNodes: metric('Nodes'),
      tabListeners: metric('JSEventListeners'),
      engineMb: this.#engine.residentMb(),
      engineFiles: this.#engine.openFiles(),
      computeMb: this.#engine.computeMb(),
    });
  }
}
