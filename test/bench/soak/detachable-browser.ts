/**
 * A Chromium of its own that Playwright can leave and come back to. While it watches, Chromium keeps the bodies of
 * responses for its DevTools, in the tab's own memory: what a tab holds by itself is weighed while nobody watches.
 */
import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromiumPath } from '../../studio/support/chromium.ts';
import { residentMbOf } from '../scale/measured-engine.ts';

const START_MS = 30_000;
/** For the tab to drop what it kept for DevTools, and to collect its garbage. */
const SETTLE_MS = 3000;

export class DetachableBrowser {
  readonly #process: ChildProcess;
  readonly #port: string;
  #browser: Browser | null = null;

  private constructor(process: ChildProcess, port: string) {
    this.#process = process;
    this.#port = port;
  }

  /** @param profile a folder that does not exist yet. */
  static async launch(profile: string): Promise<DetachableBrowser> {
    const size = '--window-size=1440,900';
    const own = [`--user-data-dir=${profile}`, '--remote-debugging-port=0', size, '--no-first-run', 'about:blank'];
    const process = spawn(chromiumPath()!, ['--headless=new', '--no-sandbox', '--disable-gpu', ...own], {
      stdio: 'ignore',
    });
    const told = join(profile, 'DevToolsActivePort');
    for (
      const until = performance.now() + START_MS;
      !existsSync(told) || readFileSync(told, 'utf8') === '';
      await wait(50)
    )
      if (performance.now() > until) throw new Error('Chromium did not open its port for DevTools.');
    return new DetachableBrowser(process, readFileSync(told, 'utf8').split('\n')[0]!);
  }

  async attach(): Promise<BrowserContext> {
    this.#browser = await chromium.connectOverCDP(`http://127.0.0.1:${this.#port}`);
    return this.#browser.contexts()[0]!;
  }

  /** Leaves the tabs open, and unwatched. @returns memory of the largest renderer process then, MB. */
  async detach(): Promise<number> {
    const session = await this.#browser!.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await this.#browser!.close();
    await wait(SETTLE_MS);
    return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMbOf(id)));
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await gone;
  }
}
