/** A tab that is driven, and what it must never do: fail a step, throw, break its security policy. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { PATIENCE_MS } from './patience.ts';

const VIEWPORT = { width: 1440, height: 900 };

export class WatchedSession {
  readonly faults: string[] = [];
  readonly #name: string;
  readonly #evidence: string;
  #page: Page;
  #steps = 0;

  private constructor(page: Page, name: string, evidence: string) {
    this.#page = page;
    this.#name = name;
    this.#evidence = evidence;
    this.#watch();
  }

  /**
   * @param name of the tab, by which `follow` knows it.
   * @param evidence a folder for what the tab showed when a step failed.
   */
  static async open(context: BrowserContext, name: string, address: string, evidence: string): Promise<WatchedSession> {
    const session = new WatchedSession(await context.newPage(), name, evidence);
    await session.page.setViewportSize(VIEWPORT);
    await session.page.goto(address);
    await session.page.evaluate((given) => (window.name = given), name);
    return session;
  }

  get page(): Page {
    return this.#page;
  }

  /** Watches the same tab again, after Playwright has left and come back. */
  async follow(context: BrowserContext): Promise<void> {
    for (const page of context.pages()) if ((await page.evaluate(() => window.name)) === this.#name) this.#page = page;
    await this.#page.setViewportSize(VIEWPORT);
    this.#watch();
  }

  #watch(): void {
    this.#page.setDefaultTimeout(PATIENCE_MS);
    this.#page.on('pageerror', (error) => this.faults.push(`error: ${error.message}`));
    this.#page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()}`);
    });
    this.#page.on('crash', () => this.faults.push('the tab crashed'));
  }

  get stepsMade(): number {
    return this.#steps;
  }

  /** Makes a step; one that fails is a fault, after which the session goes on from the images. */
  async step(name: string, make: (page: Page) => Promise<void>): Promise<void> {
    this.#steps += 1;
    try {
      await make(this.page);
    } catch (error) {
      this.faults.push(`${name}: ${error instanceof Error ? firstLines(error.message) : String(error)}`);
      await this.page.bringToFront();
      await this.#keepEvidence(name, error).catch((reason: unknown) => console.error(reason));
      await this.page.goto(`${new URL(this.page.url()).origin}/?screen=images`);
    }
  }

  async #keepEvidence(name: string, error: unknown): Promise<void> {
    const path = join(this.#evidence, `fault-${this.#steps}`);
    const told = error instanceof Error ? error.stack : String(error);
    const seen = await this.page.locator('body').ariaSnapshot();
    writeFileSync(`${path}.txt`, [name, new Date().toISOString(), this.page.url(), told, seen].join('\n\n'));
    await this.page.screenshot({ path: `${path}.png` });
  }
}

/** What failed and what it waited for. */
function firstLines(message: string): string {
  return message.split('\n').slice(0, 3).join(' ').replaceAll(/\s+/g, ' ');
}
